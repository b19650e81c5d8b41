//! A secret on the first line, and what reflects it: the text around, and in it the secret in each
//! form in which it may be written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use managed_identity::fuzzing::without_sent;

use crate::input;

/// What stands in the place of a secret.
const HIDDEN: &str = "(not shown)";

pub fn run(data: &[u8]) {
    let (secret, rest) = input::first_line(data);
    // Tokens and secrets of Azure are printable ASCII.
    if secret.len() < 6 || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return;
    }
    let around = input::text(rest);
    let (before, after) = around.split_at(around.len() / 2 - backwards(&around));
    for form in forms(&secret) {
        let shown = input::text(&without_sent(
            format!("{before} {form} {after}").as_bytes(),
            &secret,
        ));
        // What surrounds it may hold it as well, and so may what replaces it.
        let left = shown.replace(HIDDEN, "\0");
        assert!(shown.contains(HIDDEN), "{form}: {shown}");
        assert!(
            HIDDEN.contains(&secret) || !left.contains(&*form),
            "{form}: {shown}"
        );
    }
}

/// How far the middle of a text is behind a character's beginning.
fn backwards(text: &str) -> usize {
    (0..4)
        .find(|back| text.is_char_boundary((text.len() / 2).saturating_sub(*back)))
        .unwrap_or(0)
        .min(text.len() / 2)
}

fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    let letters = secret.bytes().filter(u8::is_ascii_alphanumeric).count();
    // With fewer letters there is too little to know it by in another form.
    if letters >= 16 && !secret.contains(['%', '\\', '&']) {
        let each = |write: fn(u8) -> String| secret.bytes().map(write).collect::<String>();
        forms.push(each(|byte| format!("%{byte:02x}")));
        forms.push(each(|byte| format!("%25{byte:02X}")));
        forms.push(each(|byte| format!("\\u{byte:04x}")));
        forms.push(each(|byte| format!("&#{byte};")));
        forms.push(each(|byte| format!("{}\r\n", char::from(byte))));
    }
    if letters >= 24 {
        forms.push(STANDARD.encode(secret));
        forms.push(URL_SAFE_NO_PAD.encode(secret));
    }
    forms
}
