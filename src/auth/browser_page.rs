//! The page that the browser shows when it comes back from Entra, and what it brings.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::token::Secret;
use super::token_endpoint::refusal_of;
use crate::base::Url;

/// What the browser brings.
#[derive(Debug)]
pub(super) enum Returned {
    /// The code for a token.
    Code(Secret),
    /// Why there is none.
    Refusal {
        /// Such as `access_denied`.
        code: String,
        /// Entra's sentence.
        description: Option<String>,
    },
}

/// How long a browser may take to send a request on a connection, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// No code of Entra's, with its state, is longer.
const LONGEST: usize = 64 << 10;

/// Answers one request of the browser: what it brings, if it belongs to the sign-in with this state.
pub(super) async fn serve(mut stream: TcpStream, state: &str) -> Option<Returned> {
    let exchange = async {
        let head = read_head(&mut stream).await?;
        let (answer, returned) = match read(&head, state) {
            Ok((returned, text)) => (answer("200 OK", &text), Some(returned)),
            Err((status, text)) => (answer(status, text), None),
        };
        // The code counts also when the browser does not wait for its page.
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
        returned
    };
    timeout(PATIENCE, exchange).await.ok().flatten()
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read_buf(&mut head).await.ok()?;
        if read == 0 || head.len() > LONGEST {
            return None;
        }
    }
    String::from_utf8(head).ok()
}

/// The status and the text of an answer to what does not belong to the sign-in.
type Stray = (&'static str, &'static str);

/// What a request brings, and the text of the page for it.
pub(super) fn read(head: &str, state: &str) -> Result<(Returned, String), Stray> {
    let mut words = head.split(' ');
    let (Some("GET"), Some(target)) = (words.next(), words.next()) else {
        return Err((
            "405 Method Not Allowed",
            "This page is for the sign-in only.",
        ));
    };
    let url = Url::parse("http://localhost")
        .and_then(|base| base.join(target))
        .map_err(|_| ("400 Bad Request", "This is not a page."))?;
    if url.path() != "/" {
        return Err(("404 Not Found", "There is no such page."));
    }
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    if value("state").as_deref() != Some(state) {
        let why = "This does not belong to the sign-in that PowerShell waits for.";
        return Err(("400 Bad Request", why));
    }
    if let Some(code) = value("code") {
        let text = "The sign-in is complete. Close this page and return to PowerShell.";
        return Ok((Returned::Code(code.into()), text.to_owned()));
    }
    let Some(code) = value("error") else {
        return Err(("400 Bad Request", "This has neither a code nor an error."));
    };
    let description = value("error_description");
    let text = format!(
        "The sign-in failed: {} Return to PowerShell.",
        refusal_of(&code, description.as_deref())
    );
    Ok((Returned::Refusal { code, description }, text))
}

/// An answer with a page of one paragraph. It runs nothing, loads nothing and is not kept.
pub(super) fn answer(status: &str, text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>ManagedIdentity</title>\
         <p style=\"font: 1.2em sans-serif; margin: 3em\">{text}</p></html>\n"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    )
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn get(target: &str) -> Result<(Returned, String), Stray> {
        read(
            &format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            "s",
        )
    }

    #[test]
    fn a_code_counts_with_its_state_alone() {
        match get("/?code=a%2Fb&state=s") {
            Ok((Returned::Code(code), _)) => assert_eq!(code.expose_secret(), "a/b"),
            other => panic!("{other:?}"),
        }
        for stray in [
            "/?code=a&state=t",
            "/?code=a",
            "/?state=s",
            "/",
            "/favicon.ico",
            "/favicon.ico?code=a&state=s",
            "http://[",
        ] {
            assert!(get(stray).is_err(), "{stray}");
        }
        assert!(read("POST /?code=a&state=s HTTP/1.1\r\n\r\n", "s").is_err());
        assert!(read("", "s").is_err());
    }

    #[test]
    fn a_refusal_is_shown_as_text() {
        let target = "/?error=access_denied&error_description=AADSTS65004:%20%3Cb%3ENo.&state=s";
        let (returned, text) = get(target).unwrap();
        let Returned::Refusal { code, .. } = returned else {
            panic!("{returned:?}");
        };
        assert_eq!(code, "access_denied");
        assert!(
            answer("200 OK", &text).contains("AADSTS65004: &lt;b&gt;No."),
            "{text}"
        );
    }
}
