//! What the fuzzers call of this folder.

use serde_json::Value;

pub use super::managed_identity::fuzzing as managed_identity;

use super::ask::Answer;
use super::azure_cli;
use super::browser_page;
use super::claims;
use super::pem_key::PemKey;
use super::token::{AccessToken, Secret};
use super::token_endpoint::refusal_of;
use super::tool_error::ToolError;
use super::workflow::Workflow;
use crate::base::{Error, Url};

/// The claims that a `WWW-Authenticate` header asks for.
pub fn challenge(header: &str) -> Option<&str> {
    claims::challenge(header)
}

/// The JSON of a claims challenge.
pub fn decode_claims(challenge: &str) -> Result<String, Error> {
    claims::decode(challenge)
}

/// JSON as a claims challenge.
pub fn encode_claims(claims: &str) -> String {
    claims::encode(claims)
}

/// What a JSON web token says of itself.
pub fn token_claims(token: &str) -> Option<Value> {
    claims::of_token(&token.to_owned().into())
}

/// Reads a certificate and its key, and signs with it; the error as it is shown.
pub fn pem(content: &[u8], password: Option<&str>) -> Result<Vec<u8>, String> {
    let password = password.map(|text| Secret::from(text.to_owned()));
    if !PemKey::is_in(content) {
        return Ok(Vec::new());
    }
    let (_, key) = PemKey::read(content, password.as_ref()).map_err(|why| {
        let source = crate::base::CertificateSource::Store("cert".to_owned());
        why.about(&source).to_string()
    })?;
    key.sign("a text")
}

/// The reason and the advice in what the Azure CLI writes when it fails.
pub fn cli_failure(text: &str) -> Error {
    azure_cli::refused(text).plain()
}

/// The token in what the Azure CLI prints.
pub fn cli_token(output: &[u8]) -> Option<AccessToken> {
    azure_cli::token_in(output).map(azure_cli::Answer::into_token)
}

/// What Azure PowerShell's error comes to.
pub fn powershell_failure(text: &str) -> Error {
    super::azure_powershell::errors::failed(text).plain()
}

/// The message of a refusal of a token endpoint.
pub fn refusal(code: &str, description: &str) -> String {
    refusal_of(code, Some(description))
}

/// The token in what the service of a workflow answers.
pub fn workflow_token(status: u16, body: &[u8]) -> Result<Secret, Error> {
    let url = Url::parse("https://token.example").expect("is a URL");
    let answer = Answer {
        status,
        headers: Default::default(),
        body: body.to_vec(),
    };
    Workflow::github(url, "proof".to_owned()).read(&answer)
}

/// The text of the page that a browser gets which returns from a sign-in.
pub fn browser_page(head: &str, state: &str) -> String {
    match browser_page::read(head, state) {
        Ok((_, text)) => browser_page::answer("200 OK", &text),
        Err((status, text)) => browser_page::answer(status, text),
    }
}

/// The reason that a program names for its failure, and what it says to run.
pub fn tool(text: &str) -> String {
    ToolError::read(text, &azure_cli::COMMANDS).advice("az")
}
