//! One request as it is, and what comes back: for programs that compare services.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use secrecy::ExposeSecret;

use super::client::Client;
use super::failure::Failure;
use super::request::Request;
use crate::base::{
    Method, NoAnswer, Result, headers_without_sent, read_body_up_to, without_sent, without_written,
};

/// A request of the caller's own.
#[derive(Clone, Debug)]
pub struct Exchange<'a> {
    /// The method.
    pub method: Method,
    /// The path and query, or a whole URL on this Resource Manager.
    pub url: &'a str,
    /// Headers beside those of the sign-in and of a JSON body.
    pub headers: Vec<(&'a str, &'a str)>,
    /// The body, which is sent as JSON.
    pub body: Option<String>,
    /// Whether it has the token of the sign-in.
    pub signed_in: bool,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Exchanged {
    /// The HTTP status.
    pub status: u16,
    /// All headers, without what the request proved itself with.
    pub headers: HeaderMap,
    /// The body, without it, too.
    pub body: Vec<u8>,
}

impl Client {
    /// Sends one request once, and returns whatever the service answers: there is no retry, no
    /// pacing and no polling, and a refusal is no error.
    ///
    /// # Errors
    /// `ForeignHost` for a URL on another host; those of the sign-in; `EndpointUnreachable`,
    /// `RequestTimeout`, `ConnectionBroken` or `ResponseTooLarge` without an answer.
    pub async fn exchange(&self, exchange: &Exchange<'_>) -> Result<Exchanged> {
        let url = self.own_url(exchange.url)?;
        let (http, token) = self.way_to(&url, exchange.url).await?;
        let mut call = http.request(exchange.method.clone(), url.clone());
        if exchange.signed_in {
            call = call.header(AUTHORIZATION, token.header());
        }
        for (name, value) in &exchange.headers {
            call = call.header(*name, *value);
        }
        if let Some(body) = &exchange.body {
            call = call
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let answered = async {
            let answer = call.send().await?;
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let body = read_body_up_to(self.retry().longest_body, answer).await?;
            Ok((status, headers, body))
        };
        let (status, mut headers, body) = answered.await.map_err(|error: NoAnswer| {
            let request = Request::new(exchange.method.clone(), url, exchange.url);
            Failure::unanswered(&request, &error, self.retry()).error
        })?;
        let sent = [token.secret().expose_secret()];
        headers_without_sent(&mut headers, &sent);
        let body = match status {
            200..300 => without_written(body, &sent),
            _ => without_sent(body, &sent),
        };
        Ok(Exchanged {
            status,
            headers,
            body,
        })
    }
}
