//! Page-scoped ids of every shape that a backend must keep as a string.

/// Classes of PSIDs (conformance catalogue 3.2, common generators).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PsidShape {
    /// As live ones: 16 digits.
    Live,
    /// Below 2^31.
    Small,
    /// Between 2^31 and 2^53.
    Medium,
    /// Above 2^53: does not survive a 64-bit float.
    Large,
    /// Starts with zeros.
    LeadingZeros,
    /// Twenty digits: does not fit 64 bits.
    TwentyDigits,
}
