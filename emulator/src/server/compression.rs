//! Bodies compressed for clients that ask for it.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::header::{CONTENT_ENCODING, HeaderValue, VARY};

use crate::base::http::Request;

/// What is shorter gains nothing.
const SHORTEST: usize = 1024;

/// The response with its body compressed, if the client takes it so and it gains by it.
pub(super) fn compressed(
    request: &Request,
    mut response: hyper::Response<Bytes>,
) -> hyper::Response<Bytes> {
    if response.body().len() < SHORTEST || !takes_gzip(request) {
        return response;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let Ok(body) = encoder
        .write_all(response.body())
        .and_then(|()| encoder.finish())
    else {
        return response;
    };
    *response.body_mut() = body.into();
    let headers = response.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

/// Whether a client takes gzip: it names it, and not with a weight of 0.
fn takes_gzip(request: &Request) -> bool {
    let accepted = request.header("accept-encoding").unwrap_or_default();
    accepted.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let is_gzip = name.trim().eq_ignore_ascii_case("gzip");
        is_gzip && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use hyper::header::HeaderMap;

    use super::*;

    fn request(accepted: &'static str) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert("accept-encoding", HeaderValue::from_static(accepted));
        Request::new(hyper::Method::GET, "/", "", headers, Bytes::new())
    }

    fn response(length: usize) -> hyper::Response<Bytes> {
        hyper::Response::new("a".repeat(length).into())
    }

    #[test]
    fn a_long_body_is_compressed_for_a_client_that_takes_it() {
        for accepted in ["gzip", "deflate, GZip;q=0.5", "gzip, br"] {
            let answer = compressed(&request(accepted), response(5_000));
            assert_eq!(answer.headers()[CONTENT_ENCODING], "gzip");
            assert!(answer.body().len() < 500);
            let mut read = String::new();
            GzDecoder::new(&answer.body()[..])
                .read_to_string(&mut read)
                .unwrap();
            assert_eq!(read, "a".repeat(5_000));
        }
    }

    #[test]
    fn other_bodies_stay_as_they_are() {
        for (accepted, length) in [
            ("gzip", 1_000),
            ("br", 5_000),
            ("gzip;q=0", 5_000),
            ("", 5_000),
        ] {
            let answer = compressed(&request(accepted), response(length));
            assert!(
                !answer.headers().contains_key(CONTENT_ENCODING),
                "{accepted}"
            );
            assert_eq!(answer.body().len(), length);
        }
    }
}
