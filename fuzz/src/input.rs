//! Parts of an input.

use managed_identity::base::Error;
use managed_identity::fuzzing::is_command;

/// As text; what is not UTF-8 is a mark.
pub fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// The first line, and the rest.
pub fn first_line(data: &[u8]) -> (String, &[u8]) {
    let end = data.iter().position(|&byte| byte == b'\n');
    match end {
        Some(end) => (text(&data[..end]), &data[end + 1..]),
        None => (text(data), &[]),
    }
}

/// The first byte, and the rest.
pub fn first_byte(data: &[u8]) -> (u8, &[u8]) {
    data.split_first()
        .map_or((0, data), |(first, rest)| (*first, rest))
}

/// What holds of every error that a host is given: nothing in it moves a console, and it has an end.
pub fn check(error: &Error) {
    let (shown, code) = (error.to_string(), error.code());
    for text in [
        &shown,
        code,
        error.message(),
        error.target(),
        error.request_id(),
    ] {
        let found = text.chars().find(|&c| is_command(c));
        assert_eq!(found, None, "{text:?}");
    }
    assert!(shown.chars().count() < 20_000, "{} characters", shown.len());
    assert!(error.raw().chars().count() <= 20_000);
}
