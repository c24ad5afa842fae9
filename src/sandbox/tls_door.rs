//! The TLS handshake and the faults that strike in it. Which certificate is shown is `certificates`' choice.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificates::Wardrobe;
use super::deform::pause;
use super::door::hear;
use super::faults::{Fault, MOST_DELAY_MS};
use super::switchboard::Active;
use crate::net::deadline::Deadline;

const LONGEST_HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a refused client may take to notice.
const FAREWELL: Duration = Duration::from_secs(1);
/// A TLS record with the fatal alert `handshake_failure` (RFC 8446, section 6).
const ALERT: [u8; 7] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28];

/// Shakes hands, unless a fault forbids it.
pub(super) async fn shake_hands(
    mut stream: TcpStream,
    wardrobe: &Wardrobe,
    active: &Active,
) -> Option<TlsStream<TcpStream>> {
    if active.contains_key(&Fault::TlsSilence) {
        pause(Duration::from_millis(MOST_DELAY_MS)).await;
        return None;
    }
    if active.contains_key(&Fault::TlsAlert) {
        hear(&mut stream).await;
        let _ = stream.write_all(&ALERT).await;
        let _ = Deadline::after(FAREWELL).bound(see_off(stream)).await;
        return None;
    }
    let acceptor = TlsAcceptor::from(wardrobe.choose(active));
    let handshake = acceptor.accept(stream).into_fallible();
    match Deadline::after(LONGEST_HANDSHAKE).bound(handshake).await.ok()? {
        Ok(stream) => Some(stream),
        Err((_, stream)) => {
            let _ = Deadline::after(FAREWELL).bound(see_off(stream)).await;
            None
        }
    }
}

/// Closing while the client's words are still unread would make the kernel send RST, which overtakes our alert.
async fn see_off(mut stream: TcpStream) {
    let _ = stream.shutdown().await;
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}
