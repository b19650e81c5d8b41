use std::io::Read as _;
use std::sync::Arc;

use bytes::Bytes;
use emulator::{Emulator, Offers, Options};
use flate2::read::GzDecoder;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A path without a token, whose body is long enough to be compressed.
const PATH: &str = "/metadata/endpoints?api-version=2022-09-01";

async fn start(tls: bool, offers: Offers) -> Emulator {
    let options = Options {
        tls,
        offers,
        ..Options::default()
    };
    Emulator::start(options).await.unwrap()
}

/// A connection of a client that speaks these protocols.
async fn connect(emulator: &Emulator, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(emulator.ca_certificate().unwrap());
    roots.add(certificate.unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(("127.0.0.1", emulator.port()))
        .await
        .unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.unwrap()
}

fn request(url: &str, accepted: &str) -> Request<Empty<Bytes>> {
    let request = Request::get(url)
        .header("host", "127.0.0.1")
        .header("accept-encoding", accepted);
    request.body(Empty::new()).unwrap()
}

async fn whole(response: Response<hyper::body::Incoming>) -> (Response<()>, Bytes) {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (Response::from_parts(parts, ()), body)
}

#[tokio::test]
async fn many_requests_share_a_connection_where_http2_is_offered() {
    let offers = Offers {
        http2: true,
        ..Offers::default()
    };
    let emulator = start(true, offers).await;
    let stream = connect(&emulator, &[b"h2", b"http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let io = TokioIo::new(stream);
    let (sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
        .await
        .unwrap();
    tokio::spawn(connection);
    let url = format!("{}{PATH}", emulator.endpoint());
    let answers = (0..8).map(|_| {
        let mut sender = sender.clone();
        let request = request(&url, "gzip");
        tokio::spawn(async move { whole(sender.send_request(request).await.unwrap()).await })
    });
    for answer in answers.collect::<Vec<_>>() {
        let (head, body) = answer.await.unwrap();
        assert_eq!(head.status(), 200);
        assert!(!head.headers().contains_key("content-encoding"));
        serde_json::from_slice::<Value>(&body).unwrap();
    }
    emulator.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_ask_for_http2_gets_http1() {
    for (http2, protocols) in [
        (true, &[&b"http/1.1"[..]][..]),
        (false, &[b"h2", b"http/1.1"]),
    ] {
        let offers = Offers {
            http2,
            ..Offers::default()
        };
        let emulator = start(true, offers).await;
        let stream = connect(&emulator, protocols).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        emulator.stop().await;
    }
}

#[tokio::test]
async fn a_body_is_compressed_where_that_is_offered_and_asked_for() {
    for (gzip, accepted, compressed) in [
        (true, "gzip, deflate", true),
        (true, "identity", false),
        (false, "gzip", false),
    ] {
        let offers = Offers {
            gzip,
            ..Offers::default()
        };
        let emulator = start(false, offers).await;
        let stream = TcpStream::connect(("127.0.0.1", emulator.port()))
            .await
            .unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let answer = sender.send_request(request(PATH, accepted)).await.unwrap();
        let (head, body) = whole(answer).await;
        assert_eq!(
            head.headers().contains_key("content-encoding"),
            compressed,
            "{accepted}"
        );
        let mut text = Vec::new();
        match compressed {
            true => GzDecoder::new(&body[..]).read_to_end(&mut text).unwrap(),
            false => (&body[..]).read_to_end(&mut text).unwrap(),
        };
        serde_json::from_slice::<Value>(&text).unwrap();
        emulator.stop().await;
    }
}
