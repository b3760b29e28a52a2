//! Personas: names and pictures under which a page can speak (protocol section 4.3).

use serde::{Deserialize, Serialize};

/// How many personas a page can have; adding more is refused with a sentence.
pub const MAX_PERSONAS: usize = 10_000;

/// One persona.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    /// Decimal string.
    pub id: String,
    /// What the user reads beside the message.
    pub name: String,
    /// Where its picture is.
    pub profile_picture_url: String,
}

/// All personas in the order in which they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personas(Vec<Persona>);

impl Personas {
    /// The persona of this id.
    pub fn get(&self, id: &str) -> Option<&Persona> {
        self.0.iter().find(|persona| persona.id == id)
    }

    /// All of them, oldest first.
    pub fn all(&self) -> &[Persona] {
        &self.0
    }

    pub(super) fn add(&mut self, persona: Persona) {
        self.0.push(persona);
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.0.retain(|persona| persona.id != id);
    }
}
