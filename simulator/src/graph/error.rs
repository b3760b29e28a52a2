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

    /// By analogy with the observed upper bound.
    pub(crate) fn too_few(name: &str, least: usize) -> Self {
        Self::parameter(format_args!(
            "Length of param {name} must be greater than or equal to {least}"
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

    /// A documented error of the Send API (official table of error codes).
    fn documented(code: u32, subcode: u32, text: &str) -> Self {
        Self {
            subcode: Some(subcode),
            ..Self::new(OAUTH, code, format!("(#{code}) {text}"))
        }
    }

    pub(crate) fn message_and_action() -> Self {
        Self::documented(
            100,
            2_018_014,
            "Cannot send both message and state at the same time.",
        )
    }

    /// As it was logged in production; the table has the first sentence alone.
    pub(crate) fn outside_window() -> Self {
        Self::documented(
            10,
            2_018_278,
            "This message is sent outside of allowed window. Learn more about the new policy here: \
             https://developers.facebook.com/docs/messenger-platform/policy-overview",
        )
    }

    /// The text of the official table under its number.
    pub(crate) fn too_fast() -> Self {
        Self::new(
            OAUTH,
            613,
            "(#613) Calls to this api have exceeded the rate limit.",
        )
    }

    pub(crate) fn other_app_controls() -> Self {
        Self::documented(
            10,
            2_018_300,
            "Message failed to send because another app is controlling this thread now.",
        )
    }

    pub(crate) fn receivers_only() -> Self {
        Self::documented(
            10,
            2_018_171,
            "Only available to Primary and Secondary Receivers.",
        )
    }

    pub(crate) fn wrong_app_id() -> Self {
        Self::documented(100, 2_018_164, "Incorrect App ID.")
    }

    pub(crate) fn attachment_unknown() -> Self {
        Self::documented(
            100,
            2_018_074,
            "Possible invalid ID or you do not own the attachment.",
        )
    }

    pub(crate) fn attachment_too_big() -> Self {
        Self::documented(100, 2_018_109, "Attachment size exceeds allowable limit")
    }

    pub(crate) fn attachment_not_fetched() -> Self {
        Self::documented(
            100,
            2_018_008,
            "Failed to fetch the file from the url. Check that the URL is valid, with a valid SSL certificate, \
             valid file size, and that the server is responding fast enough to avoid timeouts.",
        )
    }

    pub(crate) fn attachment_of_another_kind() -> Self {
        Self::documented(
            100,
            2_018_047,
            "Upload attachment failure. A common way to trigger this error is that the provided media type does \
             not match type of file provided int the URL.",
        )
    }

    /// As several clients quote it; the subcode is theirs too.
    pub(crate) fn get_started_needed() -> Self {
        Self::documented(
            100,
            2_018_145,
            "You must set a Get Started button if you also wish to use persistent menu.",
        )
    }

    /// As it was logged in production.
    pub(crate) fn page_token_needed() -> Self {
        Self::new(
            OAUTH,
            210,
            "(#210) A page access token is required to request this resource.",
        )
    }

    /// As it was logged in production.
    pub(crate) fn app_token_needed() -> Self {
        Self::new(
            OAUTH,
            15,
            "(#15) This method must be called with an app access_token.",
        )
    }

    /// `sentence` begins with its own `(#2200)`.
    pub(crate) fn not_verified(sentence: impl Into<String>) -> Self {
        Self::new(OAUTH, 2_200, sentence)
    }

    /// The page's set-up is full; production has no such bounds, so the wording is its general one.
    pub(crate) fn full(hint: impl Into<String>) -> Self {
        Self::new(
            OAUTH,
            2,
            "An unexpected error has occurred. Please retry your request later.",
        )
        .hint(hint)
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

    pub(crate) fn proof_missing() -> Self {
        Self::new(
            METHOD,
            100,
            "API calls from the server require an appsecret_proof argument",
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

    /// The same error under another HTTP status.
    #[must_use]
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
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
