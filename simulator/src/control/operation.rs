//! One operation of the control plane: where it is, what it takes, and who does it.

use futures_util::future::BoxFuture;

use super::answer::Answer;
use super::error::ControlError;
use super::request::Request;
use crate::Simulator;

/// What does the work.
pub(super) type Handler =
    fn(Simulator, Request) -> BoxFuture<'static, Result<Answer, ControlError>>;

pub(super) struct Operation {
    pub(super) method: &'static str,
    /// Behind `/_linklab`; a part in braces is any one segment.
    pub(super) path: &'static str,
    /// Unique; programs that are generated from the document call it by this name.
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    pub(super) query: &'static [Field],
    pub(super) body: &'static [Field],
    /// Media types of the answer, the usual one first.
    pub(super) answers: &'static [&'static str],
    pub(super) handler: Handler,
}

/// A parameter of the query or a field of the body.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) about: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    Object,
    List,
    Any,
}

pub(super) const JSON: &str = "application/json";

pub(super) const fn needed(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field {
        name,
        kind,
        required: true,
        about,
    }
}

pub(super) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field {
        name,
        kind,
        required: false,
        about,
    }
}

/// A row of the table. Without more, it takes nothing and answers JSON.
pub(super) const fn operation(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    about: &'static str,
    handler: Handler,
) -> Operation {
    Operation {
        method,
        path,
        id,
        about,
        query: &[],
        body: &[],
        answers: &[JSON],
        handler,
    }
}

impl Operation {
    pub(super) const fn asking(mut self, query: &'static [Field]) -> Self {
        self.query = query;
        self
    }

    pub(super) const fn taking(mut self, body: &'static [Field]) -> Self {
        self.body = body;
        self
    }

    pub(super) const fn answering(mut self, kinds: &'static [&'static str]) -> Self {
        self.answers = kinds;
        self
    }

    /// The segments that stand for the parts in braces, if the path fits; percent-encoding stays.
    pub(super) fn fits<'a>(&self, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
        let mut given = path.split('/');
        let mut parts = Vec::new();
        for wanted in self.path.split('/') {
            let found = given.next()?;
            match wanted
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            {
                Some(name) if !found.is_empty() => parts.push((name, found)),
                _ if wanted == found => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(parts)
    }
}
