//! Events: the lines of JSON by which Kafka's system tests follow a verifiable client.

use client::cli::applets::Screen;
use serde_json::{Value, json};

use crate::clock;

/// Prints an event with its fields behind the time and the name.
pub(super) fn print(screen: &mut Screen, name: &str, fields: Value) {
    let mut event = json!({"timestamp": clock::wall_ms(), "name": name});
    if let (Some(event), Value::Object(fields)) = (event.as_object_mut(), fields) {
        event.extend(fields);
    }
    screen.line(event);
    screen.flush();
}

/// An exception as the events name it.
pub(super) fn class(thrown: &client::cli::applets::Thrown) -> String {
    format!("class {}", thrown.class())
}
