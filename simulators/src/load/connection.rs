//! A blocking connection for the load's threads.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use bytes::BytesMut;
use rumqttc::Packet;

use crate::wire::{self, Dial, PATIENCE, WireError};

/// How long a read waits before the thread looks whether it should stop.
pub const LOOK_UP: Duration = Duration::from_millis(50);

/// Longer than any load, since nobody here sends signs of life.
const KEEP_ALIVE_S: u16 = 3_600;

/// Connects, signs in and subscribes; also returns what was received beyond that.
pub fn open(dial: &Dial) -> Result<(TcpStream, BytesMut), WireError> {
    let mut stream = TcpStream::connect_timeout(&dial.broker, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut buffer = BytesMut::with_capacity(1 << 16);
    stream.write_all(&dial.hello(KEEP_ALIVE_S)?)?;
    let Packet::ConnAck(answer) = next(&mut stream, &mut buffer)? else {
        return Err(WireError::Closed);
    };
    dial.check_hello(&answer)?;
    if let Some(bytes) = dial.subscription()? {
        stream.write_all(&bytes)?;
        loop {
            if let Packet::SubAck(answer) = next(&mut stream, &mut buffer)? {
                dial.check_subscription(&answer)?;
                break;
            }
        }
    }
    stream.set_read_timeout(Some(LOOK_UP))?;
    Ok((stream, buffer))
}

fn next(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<Packet, WireError> {
    let mut space = vec![0; 4096];
    loop {
        if let Some(packet) = wire::decode(buffer)? {
            return Ok(packet);
        }
        if !fill(stream, &mut space, buffer)? {
            return Err(WireError::Silent);
        }
    }
}

/// Reads what is there into `buffer` through `space`; false when nothing came
/// within the time limit, or nothing is there on a stream that does not wait.
pub fn fill(
    stream: &mut impl Read,
    space: &mut [u8],
    buffer: &mut BytesMut,
) -> Result<bool, WireError> {
    match stream.read(space) {
        Ok(0) => Err(WireError::Closed),
        Ok(read) => {
            buffer.extend_from_slice(space.get(..read).unwrap_or_default());
            Ok(true)
        }
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes all of `bytes` to a stream that does not wait. Its send buffer holds thousands of swipes,
/// so it is full only when the broker has stopped reading.
pub fn write_all(stream: &mut TcpStream, mut bytes: &[u8]) -> Result<(), WireError> {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(0) => return Err(WireError::Closed),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
