use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What stands before Operate and speaks TLS, as a reverse proxy does.
pub struct TlsFront {
    /// `https://localhost:PORT`.
    pub url: String,
    /// A file with the certificate, for clients to trust.
    pub certificate: PathBuf,
}

impl TlsFront {
    /// Starts it before an address `127.0.0.1:PORT`, with its certificate in `folder`.
    pub async fn start(folder: &Path, address: &str) -> TlsFront {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = folder.join("front.pem");
        std::fs::write(&certificate, cert.pem()).expect("the folder can be written");
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions are known")
                .with_no_client_auth()
                .with_single_cert(vec![cert.der().clone()], key)
                .expect("certificate and key fit");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let address = address.to_owned();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, address) = (acceptor.clone(), address.clone());
                tokio::spawn(async move {
                    let Ok(mut outside) = acceptor.accept(socket).await else { return };
                    let Ok(mut inside) = TcpStream::connect(address).await else { return };
                    // Either side may leave without a word.
                    let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
                });
            }
        });
        TlsFront { url: format!("https://localhost:{port}"), certificate }
    }
}
