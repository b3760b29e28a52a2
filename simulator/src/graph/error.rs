//! Graph errors: their shape, and the texts as they were seen (protocol section 2.3).

use serde::Serialize;

const OAUTH: &str = "OAuthException";
const METHOD: &str = "GraphMethodException";

/// One error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) kind: &'static str,
    pub(crate) code: u32,
    pub(crate) subcode: Option<u32>,
    /// Our own explanation, for a header only: production sends no such text.
    pub(crate) hint: Option<String>,
}

/// `{"error":{..}}` with its keys in the observed order.
#[derive(Debug, Serialize)]
pub(crate) struct Wire<'a> {
    error: Inner<'a>,
}

#[derive(Debug, Serialize)]
struct Inner<'a> {
    message: &'a str,
    r#type: &'a str,
    code: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_subcode: Option<u32>,
    fbtrace_id: &'a str,
}

impl GraphError {
    fn new(kind: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
            kind,
            code,
            subcode: None,
            hint: None,
        }
    }

    /// A bad parameter: `(#100) ..`.
    pub(crate) fn parameter(text: impl std::fmt::Display) -> Self {
        Self::new(OAUTH, 100, format!("(#100) {text}"))
    }

    pub(crate) fn missing(name: &str) -> Self {
        Self::parameter(format_args!("The parameter {name} is required"))
    }

    pub(crate) fn empty(name: &str) -> Self {
        Self::parameter(format_args!("param {name} must be non-empty."))
    }

    pub(crate) fn too_long(name: &str, limit: usize) -> Self {
        Self::parameter(format_args!(
            "Length of param {name} must be less than or equal to {limit}"
        ))
    }

    pub(crate) fn unknown_keys(keys: &[&str], name: &str) -> Self {
        Self::parameter(format_args!(
            "Invalid keys \"{}\" were found in param \"{name}\".",
            keys.join(", ")
        ))
    }

    pub(crate) fn not_one_of(name: &str, allowed: &[&str]) -> Self {
        Self::parameter(format_args!(
            "Param {name} must be one of {{{}}}",
            allowed.join(", ")
        ))
    }

    pub(crate) fn one_required(names: &[&str]) -> Self {
        Self::parameter(format_args!(
            "Requires one of the params: {}",
            names.join(",")
        ))
    }

    /// By analogy with the observed `whitelisted_domains[0]` (protocol row 1.7.9).
    pub(crate) fn not_a_url(name: &str) -> Self {
        Self::parameter(format_args!("{name} should represent a valid URL"))
    }

    /// No wording for a value of the wrong JSON kind was seen; inferred.
    pub(crate) fn wrong_kind(name: &str, kind: &str) -> Self {
        Self::parameter(format_args!("Param {name} must be {kind}"))
    }

    pub(crate) fn no_matching_user() -> Self {
        Self {
            subcode: Some(2_018_001),
            ..Self::parameter("No matching user found")
        }
    }

    /// The subcode is documented, the sentence is inferred.
    pub(crate) fn message_and_action() -> Self {
        Self {
            subcode: Some(2_018_014),
            ..Self::parameter("message and sender_action cannot be sent together")
        }
    }

    pub(crate) fn nonexisting_field(field: &str, node: &str) -> Self {
        Self::parameter(format_args!(
            "Tried accessing nonexisting field ({field}) on node type ({node})"
        ))
    }

    pub(crate) fn token_missing() -> Self {
        let text =
            "An active access token must be used to query information about the current user.";
        Self::new(OAUTH, 2500, text)
    }

    pub(crate) fn token_unparsable() -> Self {
        Self::new(
            OAUTH,
            190,
            "Invalid OAuth access token - Cannot parse access token",
        )
    }

    pub(crate) fn token_invalid() -> Self {
        Self::new(OAUTH, 190, "Invalid OAuth access token.")
    }

    pub(crate) fn proof_invalid() -> Self {
        Self::new(
            METHOD,
            100,
            "Invalid appsecret_proof provided in the API argument",
        )
    }

    pub(crate) fn fields_syntax(at: usize, fields: &str) -> Self {
        Self::new(
            OAUTH,
            2500,
            format!("Syntax error \"Expected name.\" at character {at}: {fields}"),
        )
    }

    pub(crate) fn linking_token_expired() -> Self {
        Self::new(OAUTH, 10_301, "(#10301) Account linking token expired")
    }

    pub(crate) fn linking_token_invalid() -> Self {
        Self::new(OAUTH, 10_303, "(#10303) Invalid account_linking_token")
    }

    /// What Graph says for a node or an edge that is not there, or not for this method.
    pub(crate) fn unsupported(method: &str, object: &str) -> Self {
        let text = format!(
            "Unsupported {} request. Object with ID '{object}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api",
            method.to_ascii_lowercase()
        );
        Self {
            subcode: Some(33),
            ..Self::new(METHOD, 100, text)
        }
    }

    /// The request could not be read at all; no wording was seen, inferred.
    pub(crate) fn unreadable(status: u16, text: &str) -> Self {
        Self {
            status,
            ..Self::new(OAUTH, 1, format!("(#1) {text}"))
        }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn wire<'a>(&'a self, trace: &'a str) -> Wire<'a> {
        Wire {
            error: Inner {
                message: &self.message,
                r#type: self.kind,
                code: self.code,
                error_subcode: self.subcode,
                fbtrace_id: trace,
            },
        }
    }
}
