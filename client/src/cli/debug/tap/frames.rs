//! Frames: what a connection carries, one after the other.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// No broker answers with more; a larger size is no frame's.
const FRAME_MAX: usize = 512 << 20;

/// The next frame with its size before it; `None` at the end of the connection.
pub(super) async fn next(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Bytes>> {
    let mut size = [0; 4];
    match from.read_exact(&mut size).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = usize::try_from(u32::from_be_bytes(size)).unwrap_or(usize::MAX);
    if length > FRAME_MAX {
        return Err(io::Error::other(format!("a frame of {length} bytes")));
    }
    let mut frame = BytesMut::from(&size[..]);
    // Memory only as bytes arrive: a size alone takes none.
    let mut rest = from.take(length as u64);
    while frame.len() < length + size.len() {
        frame.reserve(64 << 10);
        if rest.read_buf(&mut frame).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(Some(frame.freeze()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_come_whole_or_not_at_all() {
        let mut two = &b"\0\0\0\x02ab\0\0\0\0"[..];
        assert_eq!(next(&mut two).await.expect("whole").as_deref(), Some(&b"\0\0\0\x02ab"[..]));
        assert_eq!(next(&mut two).await.expect("empty").as_deref(), Some(&b"\0\0\0\0"[..]));
        assert_eq!(next(&mut two).await.expect("the end"), None);
        assert!(next(&mut &b"\0\0\0\x02a"[..]).await.is_err(), "cut off");
        assert!(next(&mut &b"\xff\0\0\0"[..]).await.is_err(), "too large");
    }
}
