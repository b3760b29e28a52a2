//! Send API messages: text, and text with a Log In or a Log Out button.

use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::json;

/// What is said to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Text(String),
    /// A button template with a Log In button. The platform adds its two parameters to `url`.
    LogIn {
        text: String,
        url: String,
    },
    /// A button template with a Log Out button.
    LogOut {
        text: String,
    },
}

/// A message on its way to one person.
#[derive(Clone, Debug)]
pub(super) struct Outgoing<'a> {
    pub(super) psid: &'a str,
    pub(super) message: &'a Message,
}

impl Serialize for Outgoing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("Outgoing", 3)?;
        body.serialize_field("recipient", &json!({ "id": self.psid }))?;
        // Every message here answers something that the person did (protocol row 4.1.7).
        body.serialize_field("messaging_type", "RESPONSE")?;
        body.serialize_field("message", self.message)?;
        body.end()
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Neither button takes a title: the real API refuses the message (protocol row 1.7.3).
        match self {
            Self::Text(text) => json!({ "text": text }),
            Self::LogIn { text, url } => {
                button_template(text, &json!({ "type": "account_link", "url": url }))
            }
            Self::LogOut { text } => button_template(text, &json!({ "type": "account_unlink" })),
        }
        .serialize(serializer)
    }
}

fn button_template(text: &str, button: &serde_json::Value) -> serde_json::Value {
    json!({
        "attachment": {
            "type": "template",
            "payload": { "template_type": "button", "text": text, "buttons": [button] },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body that the fixture's own texts and addresses give.
    fn as_golden(name: &str, message: impl Fn(&serde_json::Value) -> Message) {
        let golden = &linklab_fixtures::golden(name).unwrap().message["body"];
        let psid = golden["recipient"]["id"].as_str().unwrap();
        let message = message(&golden["message"]);
        let body = serde_json::to_value(Outgoing {
            psid,
            message: &message,
        });
        assert_eq!(&body.unwrap(), golden, "{name}");
    }

    fn text(value: &serde_json::Value) -> String {
        value.as_str().unwrap().to_owned()
    }

    #[test]
    fn bodies_are_those_of_the_fixtures() {
        as_golden("send-text-request", |golden| {
            Message::Text(text(&golden["text"]))
        });
        as_golden("button-log-in-button-template", |golden| {
            let payload = &golden["attachment"]["payload"];
            Message::LogIn {
                text: text(&payload["text"]),
                url: text(&payload["buttons"][0]["url"]),
            }
        });
        as_golden("button-log-out-button-template", |golden| Message::LogOut {
            text: text(&golden["attachment"]["payload"]["text"]),
        });
    }

    #[test]
    fn each_kind_of_message_has_the_documented_body() {
        let messages = [
            Message::Text("Hello".to_owned()),
            Message::LogIn {
                text: "Please log in".to_owned(),
                url: "https://coffee.test/authorize".to_owned(),
            },
            Message::LogOut {
                text: "Thank you".to_owned(),
            },
        ];
        let bodies: Vec<_> = messages
            .iter()
            .map(|message| {
                serde_json::to_value(Outgoing {
                    psid: "26628309676818465",
                    message,
                })
                .unwrap()
            })
            .collect();
        insta::assert_json_snapshot!(bodies);
    }
}
