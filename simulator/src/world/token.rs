//! The sealed `account_linking_token`: it carries its own facts, so that a pending one costs no memory.
//!
//! 82 bytes as base64url: two bytes that make the text begin `AR[QRST]` like the real ones (protocol row
//! 1.4.4), a 24-byte nonce, 40 sealed bytes and the 16-byte tag of XChaCha20-Poly1305.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Five minutes of platform time (S31, protocol row 1.4.1).
pub const TOKEN_LIFE_MS: u64 = 5 * 60 * 1_000;

const HEAD: [u8; 2] = [0x01, 0x14];
const NONCE: usize = 24;
const FACTS: usize = 40;
const WHOLE: usize = HEAD.len() + NONCE + FACTS + 16;
const MAX_DIGITS: usize = 20;
const MAX_SERIAL: u64 = (1 << 40) - 1;

/// Which linking attempt a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptId(pub(super) u128);

/// 32 hexadecimal digits: no JSON number holds 128 bits.
impl Serialize for AttemptId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:032x}", self.0))
    }
}

impl<'de> Deserialize<'de> for AttemptId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16)
            .map(Self)
            .map_err(|_| D::Error::custom("an attempt id is 32 hexadecimal digits"))
    }
}

/// What an opened token tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// For whom it was made.
    pub psid: String,
    /// The page whose button was tapped.
    pub page: u64,
    /// The app that owns the button.
    pub app: u64,
    /// Platform time of its birth in milliseconds.
    pub born_ms: u64,
    /// The journal line of the tap it came from, modulo 2^40.
    pub serial: u64,
    /// Which attempt it is.
    pub id: AttemptId,
}

impl Token {
    /// How a journal line appears in a token: modulo 2^40.
    pub fn serial_of(line: u64) -> u64 {
        line & MAX_SERIAL
    }

    /// First moment in milliseconds at which the token is no longer valid.
    pub fn expires_ms(&self) -> u64 {
        self.born_ms.saturating_add(TOKEN_LIFE_MS)
    }
}

/// The text is not a token of this platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an account_linking_token of this platform")]
pub struct Garbled;

/// Seals and opens tokens of one app and page.
///
/// Keys come from the seed, so a token outlives a restart with the same seed. The nonce is a keyed hash of the
/// sealed facts: equal facts give an equal token, different facts never share a nonce.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    nonces: Hmac<Sha256>,
    app: u64,
    page: u64,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer")
            .field("app", &self.app)
            .field("page", &self.page)
            .finish_non_exhaustive()
    }
}

impl Sealer {
    /// The sealer of one app and page under a seed.
    pub fn new(seed: u64, app: u64, page: u64) -> Self {
        let key = |purpose: &str| {
            Sha256::new()
                .chain_update(purpose)
                .chain_update(seed.to_be_bytes())
                .finalize()
        };
        Self {
            cipher: XChaCha20Poly1305::new(&key("account_linking_token: cipher")),
            nonces: Hmac::new_from_slice(&key("account_linking_token: nonce"))
                .expect("HMAC takes a key of any length"),
            app,
            page,
        }
    }

    /// A token for `psid`: 110 base64url characters.
    ///
    /// `psid` must be at most 20 decimal digits; the world admits no others. `serial` tells two taps of one
    /// user in the same millisecond apart.
    ///
    /// ```
    /// use linklab_simulator::world::Sealer;
    ///
    /// let sealer = Sealer::new(7, 1517776481860111, 1691462197845448);
    /// let text = sealer.seal("26628309676818465", 1_000, 1);
    /// assert_eq!(text.len(), 110);
    /// assert_eq!(sealer.open(&text).unwrap().psid, "26628309676818465");
    /// ```
    pub fn seal(&self, psid: &str, born_ms: u64, serial: u64) -> String {
        let facts = pack(psid, self.page, self.app, born_ms, serial & MAX_SERIAL);
        let digest = self
            .nonces
            .clone()
            .chain_update(facts)
            .finalize()
            .into_bytes();
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&digest[..NONCE]);
        let sealed = self
            .cipher
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: &facts,
                    aad: &HEAD,
                },
            )
            .expect("forty bytes are far below the cipher's limit");
        let mut whole = Vec::with_capacity(WHOLE);
        whole.extend_from_slice(&HEAD);
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        URL_SAFE_NO_PAD.encode(whole)
    }

    /// Opens a token, also one of another page or app, also an expired one: those are the world's to judge.
    pub fn open(&self, text: &str) -> Result<Token, Garbled> {
        let mut whole = [0; WHOLE + 2];
        let length = URL_SAFE_NO_PAD
            .decode_slice(text, &mut whole)
            .map_err(|_| Garbled)?;
        let whole = &whole[..length];
        if length != WHOLE || whole[..HEAD.len()] != HEAD {
            return Err(Garbled);
        }
        let (nonce, sealed) = whole[HEAD.len()..].split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Garbled)?;
        let facts = self
            .cipher
            .decrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: sealed,
                    aad: &HEAD,
                },
            )
            .map_err(|_| Garbled)?;
        unpack(facts.as_slice().try_into().map_err(|_| Garbled)?, nonce)
    }

    /// Whether the token was made for this app and page.
    pub fn owns(&self, token: &Token) -> bool {
        token.app == self.app && token.page == self.page
    }
}

/// Digits as nibbles behind their count, so that leading zeros survive; then page, app, birth, serial.
fn pack(psid: &str, page: u64, app: u64, born_ms: u64, serial: u64) -> [u8; FACTS] {
    let mut facts = [0; FACTS];
    let digits = &psid.as_bytes()[..psid.len().min(MAX_DIGITS)];
    facts[0] = u8::try_from(digits.len()).expect("at most twenty digits");
    for (place, digit) in digits.iter().enumerate() {
        facts[1 + place / 2] |= (digit & 0x0f) << (4 * (place % 2));
    }
    facts[11..19].copy_from_slice(&page.to_be_bytes());
    facts[19..27].copy_from_slice(&app.to_be_bytes());
    facts[27..35].copy_from_slice(&born_ms.to_be_bytes());
    facts[35..].copy_from_slice(&serial.to_be_bytes()[3..]);
    facts
}

fn unpack(facts: [u8; FACTS], nonce: [u8; NONCE]) -> Result<Token, Garbled> {
    let count = usize::from(facts[0]);
    if count > MAX_DIGITS {
        return Err(Garbled);
    }
    let psid = (0..count)
        .map(|place| char::from(b'0' + ((facts[1 + place / 2] >> (4 * (place % 2))) & 0x0f)));
    let word = |from: usize, bytes: usize| {
        facts[from..from + bytes]
            .iter()
            .fold(0, |word, byte| (word << 8) | u64::from(*byte))
    };
    Ok(Token {
        psid: psid.collect(),
        page: word(11, 8),
        app: word(19, 8),
        born_ms: word(27, 8),
        serial: word(35, 5),
        id: AttemptId(
            nonce[..16]
                .iter()
                .fold(0, |id, byte| (id << 8) | u128::from(*byte)),
        ),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_sealed_opens_unchanged(
            seed: u64, app: u64, page: u64, psid in "[0-9]{1,20}", born: u64, serial in 0..=MAX_SERIAL,
        ) {
            let sealer = Sealer::new(seed, app, page);
            let text = sealer.seal(&psid, born, serial);
            prop_assert_eq!(text.len(), 110);
            prop_assert!(text.starts_with("AR") && matches!(text.as_bytes()[2], b'Q'..=b'T'), "{}", text);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            let token = sealer.open(&text).unwrap();
            prop_assert!(sealer.owns(&token));
            prop_assert_eq!((token.psid, token.born_ms, token.serial), (psid, born, serial));
        }

        #[test]
        fn one_changed_character_is_refused(place in 0_usize..110, other in "[A-Za-z0-9_-]", serial in 0..=MAX_SERIAL) {
            let sealer = Sealer::new(1, 2, 3);
            let mut text = sealer.seal("26628309676818465", 1, serial);
            prop_assume!(text[place..=place] != other);
            text.replace_range(place..=place, &other);
            prop_assert_eq!(sealer.open(&text), Err(Garbled));
        }

        #[test]
        fn any_other_text_is_refused(text in ".{0,200}") {
            prop_assert_eq!(Sealer::new(1, 2, 3).open(&text), Err(Garbled));
        }
    }

    #[test]
    fn users_and_taps_get_different_tokens() {
        let sealer = Sealer::new(1, 2, 3);
        let token = |psid, born, serial| sealer.open(&sealer.seal(psid, born, serial)).unwrap().id;
        assert_ne!(token("1", 1, 1), token("2", 1, 1));
        assert_ne!(token("1", 1, 1), token("1", 1, 2));
        assert_eq!(token("1", 1, 1), token("1", 1, 1));
    }

    #[test]
    fn another_seed_and_another_page_are_told_apart() {
        let text = Sealer::new(1, 2, 3).seal("1", 1, 1);
        assert_eq!(Sealer::new(9, 2, 3).open(&text), Err(Garbled));
        let neighbour = Sealer::new(1, 2, 4);
        assert!(!neighbour.owns(&neighbour.open(&text).unwrap()));
    }
}
