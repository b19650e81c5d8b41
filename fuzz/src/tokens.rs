//! A kind of service in the first byte, and what it answers.

use managed_identity::auth::AccessToken;
use managed_identity::fuzzing::{auth, header};
use secrecy::ExposeSecret;

use crate::input;

pub fn run(data: &[u8]) {
    let (kind, body) = input::first_byte(data);
    let status = if kind & 1 == 0 { 200 } else { 400 };
    match kind >> 1 & 3 {
        0 => {
            let _ = auth::token_claims(&input::text(body));
        }
        1 => {
            let date = header("date", "Thu, 01 Jan 2026 00:00:00 GMT");
            match auth::managed_identity::token(status, date, body) {
                Ok(token) => not_printed(&token, body),
                Err(error) => {
                    let _ = error.to_string();
                }
            }
        }
        2 => match auth::workflow_token(status, body) {
            Ok(token) => {
                assert!(!token.expose_secret().contains(char::is_whitespace));
            }
            Err(error) => assert!(error.to_string().len() < 5000),
        },
        _ => {
            let (code, description) = input::first_line(body);
            let told = auth::refusal(&code, &input::text(description));
            assert!(!told.is_empty());
        }
    }
}

/// A token that stands in the input is in nothing that is printed of it.
fn not_printed(token: &AccessToken, body: &[u8]) {
    let printed = format!("{token:?}");
    let is_in = |text: &str| text.contains("eyJ");
    assert!(!is_in(&input::text(body)) || !is_in(&printed), "{printed}");
}
