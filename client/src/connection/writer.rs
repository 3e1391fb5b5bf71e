//! The writer: the task that owns the sending half of a socket.
//!
//! It takes whatever has queued up and sends it in one vectored write, so that a burst of small requests costs one
//! system call and large record batches are not copied on their way.

use std::io::{self, IoSlice};
use std::sync::Weak;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::{Outgoing, Shared, transport};

/// How many requests are gathered for one write.
const GATHER_MAX: usize = 64;
/// How many pieces one system call is given; Linux takes no more than 1,024.
const SLICES_MAX: usize = 256;

/// Sends what comes through the queue until the queue or the socket ends.
pub(super) async fn run(
    mut socket: impl AsyncWrite + Unpin,
    mut queue: mpsc::UnboundedReceiver<Outgoing>,
    shared: Weak<Shared>,
) {
    let mut gathered = Vec::with_capacity(GATHER_MAX);
    while queue.recv_many(&mut gathered, GATHER_MAX).await > 0 {
        let mut chunks: Vec<Bytes> = gathered
            .iter_mut()
            .flat_map(|request| std::mem::take(&mut request.chunks))
            .filter(|chunk| !chunk.is_empty())
            .collect();
        let result = write_all(&mut socket, &mut chunks).await;
        if let Err(error) = result {
            if let Some(shared) = shared.upgrade() {
                shared.end(&shared.disconnected(transport::say(&error)));
            }
            return;
        }
        for request in gathered.drain(..) {
            if let Some(written) = request.written {
                let _ = written.send(());
            }
        }
    }
    let _ = socket.shutdown().await;
}

/// Writes every byte of every chunk.
async fn write_all(socket: &mut (impl AsyncWrite + Unpin), chunks: &mut [Bytes]) -> io::Result<()> {
    let mut next = 0;
    while next < chunks.len() {
        let slices: Vec<IoSlice<'_>> =
            chunks[next..].iter().take(SLICES_MAX).map(|chunk| IoSlice::new(chunk)).collect();
        let mut written = socket.write_vectored(&slices).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        while next < chunks.len() && written >= chunks[next].len() {
            written -= chunks[next].len();
            next += 1;
        }
        if written > 0 {
            chunks[next].advance(written);
        }
    }
    Ok(())
}
