//! What the fuzzers call of this folder.

use std::path::PathBuf;

use reqwest::header::HeaderMap;

use super::arc::Arc;
use super::call::TokenRequest;
use crate::auth::ask::Answer;
use crate::auth::token::AccessToken;
use crate::base::{Error, Url};

/// What a service of this machine answers to a request for a token.
pub fn token(status: u16, headers: HeaderMap, body: &[u8]) -> Result<AccessToken, Error> {
    let request = TokenRequest {
        url: Url::parse("http://127.0.0.1/token").expect("is a URL"),
        headers: Vec::new(),
        service: "the service",
    };
    request.read(Answer {
        status,
        headers,
        body: body.to_vec(),
    })
}

/// The file that a challenge of the Azure Arc agent names, whose folder is this one.
pub fn arc_key_file(folder: &str, headers: HeaderMap) -> Result<PathBuf, Error> {
    let answer = Answer {
        status: 401,
        headers,
        body: Vec::new(),
    };
    Arc::at(folder.into()).key_file(&answer)
}
