//! The reader: the task that owns the receiving half of a socket.

use std::sync::Weak;

use protocol::frame::{FrameDecoder, FrameLimits};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{Shared, transport};
use crate::error::Error;

/// Hands every frame to whoever waits for it, until the socket ends or the peer breaks the protocol.
pub(super) async fn run(
    mut socket: impl AsyncRead + Unpin,
    frame_len_max: usize,
    shared: Weak<Shared>,
) {
    let mut decoder = FrameDecoder::new(FrameLimits { frame_len_max });
    loop {
        let read = socket.read_buf(decoder.space()).await;
        let Some(shared) = shared.upgrade() else { return };
        let result = match read {
            Ok(0) => Err(shared.disconnected("the broker closed it")),
            Ok(_) => deliver(&mut decoder, &shared),
            Err(error) => Err(shared.disconnected(transport::say(&error))),
        };
        if let Err(error) = result {
            return shared.end(&error);
        }
    }
}

/// Delivers the frames that have arrived in whole.
fn deliver(decoder: &mut FrameDecoder, shared: &Shared) -> Result<(), Error> {
    loop {
        let frame = decoder.take().map_err(|error| Error::Malformed {
            address: shared.address.clone(),
            cause: error.to_string(),
        })?;
        match frame {
            Some(frame) => shared.answer(frame)?,
            None => return Ok(()),
        }
    }
}
