//! Where in a request a value stands, and the checks that every value goes through.

use serde_json::{Map, Value};

use super::error::GraphError;

/// The name of a value as errors write it: `message[attachment][payload][buttons][0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place(String);

impl Place {
    pub(crate) fn of(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// A value inside this one; inside the request itself it is a parameter with its bare name.
    pub(crate) fn under(&self, key: impl std::fmt::Display) -> Self {
        if self.0.is_empty() {
            Self(key.to_string())
        } else {
            Self(format!("{}[{key}]", self.0))
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}

/// A JSON object together with its place.
#[derive(Debug, Clone)]
pub(crate) struct Part<'a> {
    pub(crate) place: Place,
    map: &'a Map<String, Value>,
}

impl<'a> Part<'a> {
    pub(crate) fn of(value: &'a Value, place: Place) -> Result<Self, GraphError> {
        match value.as_object() {
            Some(map) if map.is_empty() => Err(GraphError::empty(place.name())),
            Some(map) => Ok(Self { place, map }),
            None => Err(GraphError::wrong_kind(place.name(), "an object")),
        }
    }

    /// The parameters of a request, as if they were one object.
    pub(crate) fn root(map: &'a Map<String, Value>) -> Self {
        Self {
            place: Place(String::new()),
            map,
        }
    }

    /// Refuses every key that is not named here.
    pub(crate) fn only(&self, allowed: &[&str]) -> Result<(), GraphError> {
        let unknown: Vec<_> = self
            .map
            .keys()
            .map(String::as_str)
            .filter(|key| !allowed.contains(key))
            .collect();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(GraphError::unknown_keys(&unknown, self.place.name()))
        }
    }

    /// A value that is there; null counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn require(&self, key: &str) -> Result<&'a Value, GraphError> {
        self.get(key)
            .ok_or_else(|| GraphError::missing(self.place.under(key).name()))
    }

    /// A required object.
    pub(crate) fn part(&self, key: &str) -> Result<Part<'a>, GraphError> {
        Part::of(self.require(key)?, self.place.under(key))
    }

    /// A required text that is not empty and not above its limit of characters.
    pub(crate) fn text(&self, key: &str, limit: usize) -> Result<&'a str, GraphError> {
        bounded(self.require(key)?, &self.place.under(key), limit)
    }

    /// A text that may be absent.
    pub(crate) fn optional_text(
        &self,
        key: &str,
        limit: usize,
    ) -> Result<Option<&'a str>, GraphError> {
        self.get(key).map(|_| self.text(key, limit)).transpose()
    }

    /// A required list of objects, neither empty nor above its limit.
    pub(crate) fn list(&self, key: &str, limit: usize) -> Result<Vec<Part<'a>>, GraphError> {
        let place = self.place.under(key);
        self.items(key, limit)?
            .iter()
            .enumerate()
            .map(|(index, item)| Part::of(item, place.under(index)))
            .collect()
    }

    /// A required list of texts, neither empty nor above its limit.
    pub(crate) fn texts(
        &self,
        key: &str,
        most: usize,
        limit: usize,
    ) -> Result<Vec<&'a str>, GraphError> {
        let place = self.place.under(key);
        self.items(key, most)?
            .iter()
            .enumerate()
            .map(|(index, item)| bounded(item, &place.under(index), limit))
            .collect()
    }

    /// The items of a required array, neither empty nor above its limit.
    fn items(&self, key: &str, most: usize) -> Result<&'a [Value], GraphError> {
        let place = self.place.under(key);
        let items = self
            .require(key)?
            .as_array()
            .ok_or_else(|| GraphError::wrong_kind(place.name(), "an array"))?;
        if items.is_empty() {
            return Err(GraphError::empty(place.name()));
        }
        if items.len() > most {
            return Err(GraphError::too_long(place.name(), most));
        }
        Ok(items)
    }

    /// A required choice, in any case (clients: enum values row); returns it in lower case.
    pub(crate) fn choice(&self, key: &str, allowed: &[&str]) -> Result<String, GraphError> {
        let given = self.text(key, usize::MAX)?.to_ascii_lowercase();
        if allowed
            .iter()
            .any(|choice| choice.eq_ignore_ascii_case(&given))
        {
            Ok(given)
        } else {
            Err(GraphError::not_one_of(
                self.place.under(key).name(),
                allowed,
            ))
        }
    }
}

/// A text that is not empty and not above its limit of characters.
fn bounded<'a>(value: &'a Value, place: &Place, limit: usize) -> Result<&'a str, GraphError> {
    let text = value
        .as_str()
        .ok_or_else(|| GraphError::wrong_kind(place.name(), "a string"))?;
    if text.is_empty() {
        Err(GraphError::empty(place.name()))
    } else if text.chars().count() > limit {
        Err(GraphError::too_long(place.name(), limit))
    } else {
        Ok(text)
    }
}
