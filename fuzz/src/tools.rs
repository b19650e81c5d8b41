//! A program in the first byte, and what it writes.

use managed_identity::fuzzing::{auth, connect};

use crate::input;

/// The token that the corpus has.
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJvaWQiOiAiYWFhYTBhMGEtYmIxYi1jYzJjLWRkM2QtZWVlZWVlNGU0ZTRlIiwgInRpZCI6ICJhYWFhMGEwYS1iYjFiLWNjMmMtZGQzZC1lZWVlZWU0ZTRlNGUiLCAidXBuIjogImFAYiIsICJleHAiOiAxODkzNDU2MDAwfQ.c2ln";

pub fn run(data: &[u8]) {
    let (kind, rest) = input::first_byte(data);
    let text = input::text(rest);
    match kind & 3 {
        0 => {
            let _ = auth::cli_token(rest);
        }
        1 => {
            let error = auth::cli_failure(&text);
            assert!(error.to_string().len() < 60_000);
            // Half a token is none: it has no signature.
            assert!(!error.to_string().contains(TOKEN), "{error}");
            let _ = (auth::powershell_failure(&text), auth::tool(&text));
        }
        2 => {
            let sections = connect::sections(&text);
            assert!(sections.len() <= text.lines().count());
        }
        _ => {
            let (state, head) = input::first_line(rest);
            let page = auth::browser_page(&input::text(head), &state);
            let (head, body) = page.split_once("\r\n\r\n").expect("a page has a head");
            // Nothing of the request is in the head, and nothing of it is markup.
            assert_eq!(head.lines().count(), 7, "{head}");
            let text = body.split_once("3em\">").expect("has a paragraph").1;
            let text = text.strip_suffix("</p></html>\n").expect("ends so");
            assert!(!text.contains(['<', '>']), "{text}");
        }
    }
}
