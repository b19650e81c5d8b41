//! Why the HTTP client failed.

/// What went wrong, down to the root, without the URL.
pub(super) fn causes(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let text = inner.to_string();
        // hyper's own layer only says which of its stages failed.
        let says_more = !text.starts_with("client error (");
        if says_more && !texts.iter().any(|known| known.contains(&text)) {
            texts.push(text);
        }
        cause = inner.source();
    }
    match texts.is_empty() {
        true => "The request failed".to_owned(),
        false => texts.join(": "),
    }
}
