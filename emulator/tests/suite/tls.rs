use std::sync::Arc;

use emulator::{Emulator, Options};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

async fn get(emulator: &Emulator, roots: RootCertStore, name: &str) -> Result<u16, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", emulator.port()))
        .await
        .unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|e| e.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = Request::get("/_emulator")
        .header("host", "localhost")
        .body(Empty::<bytes::Bytes>::new())
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    response.into_body().collect().await.unwrap();
    Ok(status)
}

#[tokio::test]
async fn https_with_a_certificate_to_trust() {
    let options = Options {
        tls: true,
        ..Options::default()
    };
    let emulator = Emulator::start(options).await.unwrap();
    assert_eq!(
        emulator.endpoint(),
        format!("https://127.0.0.1:{}", emulator.port())
    );
    let path = emulator.ca_certificate().unwrap().to_owned();
    let certificate = CertificateDer::from_pem_file(&path).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    assert_eq!(get(&emulator, roots.clone(), "127.0.0.1").await, Ok(200));
    assert_eq!(get(&emulator, roots.clone(), "localhost").await, Ok(200));
    get(&emulator, roots, "example.invalid").await.unwrap_err();
    get(&emulator, RootCertStore::empty(), "127.0.0.1")
        .await
        .unwrap_err();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("PRIVATE"), "the key stays in memory");
    emulator.stop().await;
    assert!(!path.exists());
}
