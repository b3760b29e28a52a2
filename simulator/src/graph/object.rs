//! JSON whose keys keep the order in which they were written: what Graph answers is read by people too.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// One value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    Text(String),
    Number(u64),
    Bool(bool),
    List(Vec<Self>),
    Object(Object),
    /// A value as the backend itself sent it.
    Echo(Value),
    Null,
}

/// An object of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Object(Vec<(&'static str, Json)>);

impl Object {
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Json>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// Leaves the key out when there is no value, as Graph does.
    #[must_use]
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// `{"success":true}`.
    pub(crate) fn success() -> Self {
        Self::default().with("success", true)
    }

    /// `{"result":".."}`.
    pub(crate) fn result(text: impl Into<Json>) -> Self {
        Self::default().with("result", text)
    }

    /// `{"data":[..]}`.
    pub(crate) fn data(items: Vec<Self>) -> Self {
        let items = items.into_iter().map(Json::Object).collect();
        Self::default().with("data", Json::List(items))
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::List(items) => items.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
            Self::Echo(value) => value.serialize(serializer),
            Self::Null => serializer.serialize_unit(),
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Json {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Json {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self::Echo(value)
    }
}

impl From<Vec<Json>> for Json {
    fn from(items: Vec<Json>) -> Self {
        Self::List(items)
    }
}

/// A list of texts.
impl From<&[String]> for Json {
    fn from(items: &[String]) -> Self {
        Self::List(items.iter().map(Self::from).collect())
    }
}
