//! The MQTT contract as a test sees it: `docs/asyncapi.yaml`, which payloads are held against.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::path::Path;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// One kind of message that a channel may carry.
pub struct Message {
    pub name: String,
    pub examples: Vec<Value>,
    is_json: bool,
    schema: Validator,
}

/// A topic pattern and what may be published there.
pub struct Channel {
    pub name: String,
    /// Segments of the address; `{name}` stands for any one segment.
    pub address: Vec<String>,
    pub messages: Vec<Message>,
}

/// The contract.
pub struct Contract {
    pub document: Value,
    pub channels: Vec<Channel>,
}

impl Contract {
    /// Reads and compiles the contract.
    ///
    /// # Panics
    /// When it is not what it should be; the message names the place.
    pub fn load() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/asyncapi.yaml");
        let text = std::fs::read_to_string(&path).expect("docs/asyncapi.yaml is readable");
        let document: Value = serde_yaml_ng::from_str(&text).expect("docs/asyncapi.yaml is YAML");
        let channels = members(&document, "/channels");
        let channels = channels.map(|(name, channel)| Channel {
            name: name.clone(),
            address: text_of(channel, "address").split('/').map(str::to_owned).collect(),
            messages: members(channel, "/messages")
                .map(|(_, message)| message_of(&document, message))
                .collect(),
        });
        let channels = channels.collect();
        Self { document, channels }
    }

    /// Holds a payload published on `topic` against the contract.
    pub fn check(&self, topic: &str, payload: &[u8]) -> Result<(), String> {
        let channel = self.channel_of(topic).ok_or_else(|| format!("no channel for `{topic}`"))?;
        let mut mistakes = Vec::new();
        for message in &channel.messages {
            match message.check(payload) {
                Ok(()) => return Ok(()),
                Err(mistake) => mistakes.push(format!("as {}: {mistake}", message.name)),
            }
        }
        let shown = String::from_utf8_lossy(payload);
        Err(format!("`{topic}` may not carry {shown}\n{}", mistakes.join("\n")))
    }

    /// The channel whose address `topic` matches; one with fewer placeholders goes first.
    pub fn channel_of(&self, topic: &str) -> Option<&Channel> {
        let matching = self.channels.iter().filter(|channel| channel.matches(topic));
        matching.min_by_key(|channel| channel.address.iter().filter(|s| is_open(s)).count())
    }
}

impl Channel {
    fn matches(&self, topic: &str) -> bool {
        let segments: Vec<&str> = topic.split('/').collect();
        let same = |(pattern, segment): (&String, &&str)| is_open(pattern) || pattern == segment;
        segments.len() == self.address.len() && self.address.iter().zip(&segments).all(same)
    }
}

impl Message {
    /// Holds a payload against this message.
    pub fn check(&self, payload: &[u8]) -> Result<(), String> {
        let value = if self.is_json {
            serde_json::from_slice(payload).map_err(|mistake| mistake.to_string())?
        } else {
            let text = std::str::from_utf8(payload).map_err(|mistake| mistake.to_string())?;
            Value::from(text)
        };
        self.check_value(&value)
    }

    /// Holds a value against the schema of this message.
    pub fn check_value(&self, value: &Value) -> Result<(), String> {
        let mistakes: Vec<String> = self
            .schema
            .iter_errors(value)
            .map(|mistake| format!("{} at `{}`", mistake, mistake.instance_path()))
            .collect();
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes.join("; ")) }
    }
}

fn is_open(segment: &str) -> bool {
    segment.starts_with('{')
}

/// The members of the object at `pointer`.
pub fn members<'a>(
    of: &'a Value,
    pointer: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    let object = of.pointer(pointer).and_then(Value::as_object);
    object.unwrap_or_else(|| panic!("there is no object at `{pointer}`")).iter()
}

fn text_of<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("`{key}` is no text in {of}"))
}

fn message_of(document: &Value, reference: &Value) -> Message {
    let pointer = text_of(reference, "$ref").trim_start_matches('#');
    let message = document.pointer(pointer);
    let message = message.unwrap_or_else(|| panic!("`{pointer}` leads nowhere"));
    // References of a schema start at the document's root, so the components come along.
    let components = document.get("components").cloned().unwrap_or_default();
    let schema = json!({ "allOf": [message.get("payload")], "components": components });
    let schema = jsonschema::options()
        .with_draft(Draft::Draft7)
        .build(&schema)
        .unwrap_or_else(|mistake| panic!("the schema of `{pointer}` is wrong: {mistake}"));
    let examples = message.get("examples").and_then(Value::as_array).into_iter().flatten();
    let payload = |example: &Value| example.get("payload").cloned().unwrap_or_default();
    Message {
        name: pointer.rsplit('/').next().unwrap_or(pointer).to_owned(),
        examples: examples.map(payload).collect(),
        is_json: text_of(message, "contentType") == "application/json",
        schema,
    }
}
