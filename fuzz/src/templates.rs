//! A template, and behind a zero byte the values of its parameters, or a file of them.

use managed_identity::fuzzing::deployment;
use serde_json::Value;

use crate::input;

pub fn run(data: &[u8]) {
    let mut parts = data.splitn(2, |&byte| byte == 0);
    let template = input::text(parts.next().unwrap_or_default());
    let values = parts.next().map(input::text);
    let sent = [
        deployment::template(&template, values.as_deref()),
        deployment::template_with_file(&template, values.as_deref().unwrap_or("{}")),
    ];
    for sent in sent {
        match sent {
            Ok((text, _)) => {
                serde_json::from_str::<Value>(&text).expect("what is sent is JSON");
            }
            Err(error) => {
                // It may hold secrets: only names of parameters are told.
                assert!(error.to_string().len() < 2000, "{error}");
            }
        }
    }
    if let Ok(message) = serde_json::from_slice(data) {
        let _ = deployment::cause(&message);
    }
}
