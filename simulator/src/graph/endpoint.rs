//! Which endpoint a call means: one table, from which the hints for unknown calls are drawn too.

use std::mem::discriminant;

use warp::http::Method;

use super::param::Params;
use crate::Config;
use crate::config::OtherApp;

/// Everything that is served, and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Batch,
    DebugToken,
    Messages,
    MessageAttachments,
    UnlinkAccounts,
    /// `GET /{page}` that asks for a recipient.
    Recipient,
    Page,
    /// `GET /{psid}`.
    Profile(String),
    MessengerProfile,
    ThreadSettings,
    Personas,
    /// One persona, to read or to delete.
    Persona(String),
    SubscribedApps,
    /// An app of the page, by its id.
    App(String),
    /// What an app is subscribed to, by its id.
    AppSubscriptions(String),
    PassThreadControl,
    TakeThreadControl,
    RequestThreadControl,
    ReleaseThreadControl,
    ThreadOwner,
    SecondaryReceivers,
    /// Anything else: the object that is named and what could have been meant.
    Unknown {
        /// First segment of the path, empty for the root.
        object: String,
        /// Our explanation.
        hint: String,
    },
}

/// The ids that paths can begin with.
#[derive(Debug)]
pub(crate) struct Nodes<'a> {
    pub(crate) page_id: &'a str,
    /// The app whose backend this platform serves; the others of the page come after it.
    pub(crate) app_id: &'a str,
    pub(crate) other_apps: &'a [OtherApp],
}

impl<'a> Nodes<'a> {
    pub(crate) fn of(config: &'a Config) -> Self {
        Self {
            page_id: &config.page_id,
            app_id: &config.app_id,
            other_apps: &config.other_apps,
        }
    }

    /// The id of the app that a segment names.
    fn app(&self, node: &str) -> Option<String> {
        let known = node == self.app_id || self.other_apps.iter().any(|app| app.app_id == node);
        match node {
            "app" => Some(self.app_id.to_owned()),
            _ => known.then(|| node.to_owned()),
        }
    }
}

/// Where an edge hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Page,
    App,
}

/// Methods, node and name of every edge.
static EDGES: [(&str, Node, &str, Endpoint); 14] = [
    ("POST", Node::Page, "messages", Endpoint::Messages),
    (
        "POST",
        Node::Page,
        "message_attachments",
        Endpoint::MessageAttachments,
    ),
    (
        "POST",
        Node::Page,
        "unlink_accounts",
        Endpoint::UnlinkAccounts,
    ),
    (
        "GET POST DELETE",
        Node::Page,
        "messenger_profile",
        Endpoint::MessengerProfile,
    ),
    (
        "POST DELETE",
        Node::Page,
        "thread_settings",
        Endpoint::ThreadSettings,
    ),
    ("GET POST", Node::Page, "personas", Endpoint::Personas),
    (
        "GET POST DELETE",
        Node::Page,
        "subscribed_apps",
        Endpoint::SubscribedApps,
    ),
    (
        "POST",
        Node::Page,
        "pass_thread_control",
        Endpoint::PassThreadControl,
    ),
    (
        "POST",
        Node::Page,
        "take_thread_control",
        Endpoint::TakeThreadControl,
    ),
    (
        "POST",
        Node::Page,
        "request_thread_control",
        Endpoint::RequestThreadControl,
    ),
    (
        "POST",
        Node::Page,
        "release_thread_control",
        Endpoint::ReleaseThreadControl,
    ),
    ("GET", Node::Page, "thread_owner", Endpoint::ThreadOwner),
    (
        "GET",
        Node::Page,
        "secondary_receivers",
        Endpoint::SecondaryReceivers,
    ),
    (
        "GET POST DELETE",
        Node::App,
        "subscriptions",
        Endpoint::AppSubscriptions(String::new()),
    ),
];

impl Endpoint {
    pub(crate) fn of(
        method: &Method,
        segments: &[String],
        nodes: &Nodes<'_>,
        params: &Params,
    ) -> Self {
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        let is_page = |node: &str| node == "me" || node == nodes.page_id;
        let is_id = |node: &str| node.bytes().all(|byte| byte.is_ascii_digit());
        match (method.as_str(), segments.as_slice()) {
            ("POST", []) if params.has("batch") => Self::Batch,
            ("GET", ["debug_token"]) => Self::DebugToken,
            ("GET", [node]) if is_page(node) => {
                let fields = params.list("fields");
                let asks = fields.is_some_and(|fields| {
                    fields.split(',').any(|field| field.trim() == "recipient")
                });
                if asks { Self::Recipient } else { Self::Page }
            }
            ("GET", [node]) if nodes.app(node).is_some() => {
                Self::App(nodes.app(node).unwrap_or_default())
            }
            ("GET", [psid]) if is_id(psid) => Self::Profile((*psid).to_owned()),
            ("DELETE", [id]) if is_id(id) && !is_page(id) && nodes.app(id).is_none() => {
                Self::Persona((*id).to_owned())
            }
            (verb, [node, edge]) => EDGES
                .iter()
                .find(|(verbs, at, name, _)| {
                    let here = match at {
                        Node::Page => is_page(node),
                        Node::App => nodes.app(node).is_some(),
                    };
                    here && *name == *edge && verbs.split(' ').any(|known| known == verb)
                })
                .map_or_else(
                    || Self::unknown(method, &segments, nodes),
                    |(.., endpoint)| match endpoint {
                        Self::AppSubscriptions(_) => {
                            Self::AppSubscriptions(nodes.app(node).unwrap_or_default())
                        }
                        endpoint => endpoint.clone(),
                    },
                ),
            _ => Self::unknown(method, &segments, nodes),
        }
    }

    fn unknown(method: &Method, segments: &[&str], nodes: &Nodes<'_>) -> Self {
        Self::Unknown {
            object: segments.first().copied().unwrap_or_default().to_owned(),
            hint: hint(method, segments, nodes),
        }
    }

    /// The name in the journal.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::DebugToken => "debug_token",
            Self::Recipient => "recipient",
            Self::Page => "page",
            Self::Profile(_) => "profile",
            Self::Persona(_) => "persona",
            Self::App(_) => "app",
            Self::Unknown { .. } => "unknown",
            edge => EDGES
                .iter()
                .find(|(.., endpoint)| discriminant(endpoint) == discriminant(edge))
                .map_or("unknown", |(_, _, name, _)| name),
        }
    }
}

/// How near a name must be to count as a slip of the pen, between 0 and 1.
const NEAR: f64 = 0.75;

/// Says what is nearest to a call that nobody serves.
fn hint(method: &Method, segments: &[&str], nodes: &Nodes<'_>) -> String {
    let place = |node| match node {
        Node::Page => "me",
        Node::App => nodes.app_id,
    };
    match segments {
        [given, edge] => {
            if let Some((verbs, node, name, _)) = EDGES.iter().find(|(.., name, _)| name == edge) {
                return format!(
                    "{name} takes {} under /{}; this was {method} under /{given}",
                    verbs.replace(' ', ", "),
                    place(*node)
                );
            }
            let nearest = EDGES
                .iter()
                .map(|edge_known| (strsim::jaro_winkler(edge_known.2, edge), edge_known))
                .max_by(|(left, _), (right, _)| left.total_cmp(right));
            match nearest {
                Some((score, (verbs, node, name, _))) if score >= NEAR => format!(
                    "did you mean {} /{}/{name}?",
                    verbs.replace(' ', "|"),
                    place(*node)
                ),
                _ => served(),
            }
        }
        [node] if *node == "me" || *node == nodes.page_id => {
            format!("reading the page, the PSID retrieval included, is GET; this was {method}")
        }
        [node] if strsim::jaro_winkler("debug_token", node) >= NEAR => {
            "did you mean GET /debug_token?".to_owned()
        }
        [] if *method == Method::POST => {
            "a POST to the root is a batch, whose calls stand in the parameter batch".to_owned()
        }
        _ => served(),
    }
}

fn served() -> String {
    let edges: Vec<_> = EDGES
        .iter()
        .filter(|(_, node, ..)| *node == Node::Page)
        .map(|(_, _, name, _)| *name)
        .collect();
    format!(
        "this platform serves GET /me, /PSID, /PERSONA, /APP and /debug_token, POST / with a batch, \
         /APP/subscriptions, and under /me: {}",
        edges.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, path: &str) -> Endpoint {
        let segments: Vec<_> = path.split('/').map(str::to_owned).collect();
        let other = OtherApp {
            app_id: "30".to_owned(),
            ..OtherApp::default()
        };
        let nodes = Nodes {
            page_id: "10",
            app_id: "20",
            other_apps: &[other],
        };
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Endpoint::of(&method, &segments, &nodes, &Params::default())
    }

    fn hint_of(method: &str, path: &str) -> String {
        match of(method, path) {
            Endpoint::Unknown { hint, .. } => hint,
            known => panic!("{known:?}"),
        }
    }

    #[test]
    fn an_edge_hangs_on_its_own_node_and_takes_its_own_methods() {
        assert_eq!(of("POST", "me/messages"), Endpoint::Messages);
        assert_eq!(of("POST", "10/messages"), Endpoint::Messages);
        for app in ["20", "30"] {
            let path = format!("{app}/subscriptions");
            let subscriptions = Endpoint::AppSubscriptions(app.to_owned());
            assert_eq!(of("GET", &path), subscriptions);
            assert_eq!(of("GET", app), Endpoint::App(app.to_owned()));
        }
        assert_eq!(of("GET", "app"), Endpoint::App("20".to_owned()));
        assert!(matches!(
            of("POST", "20/messages"),
            Endpoint::Unknown { .. }
        ));
        assert!(matches!(
            of("GET", "me/subscriptions"),
            Endpoint::Unknown { .. }
        ));
    }

    #[test]
    fn a_slip_of_the_pen_is_told_what_was_meant() {
        assert_eq!(
            hint_of("POST", "me/mesages"),
            "did you mean POST /me/messages?"
        );
        assert_eq!(
            hint_of("GET", "20/subscription"),
            "did you mean GET|POST|DELETE /20/subscriptions?"
        );
        assert!(hint_of("GET", "me/messages").starts_with("messages takes POST under /me"));
        assert_eq!(
            hint_of("GET", "debugtoken"),
            "did you mean GET /debug_token?"
        );
        assert!(hint_of("GET", "me/feed").starts_with("this platform serves"));
    }

    #[test]
    fn every_edge_has_its_name_in_the_journal() {
        for (_, _, name, endpoint) in &EDGES {
            assert_eq!(endpoint.name(), *name);
        }
    }
}
