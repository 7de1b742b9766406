//! Bytes in and out of one socket: whole replies, whole writes, each under one deadline. Knows no commands.

use std::{fmt, io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use crate::delivery::reply::{Malformed, Reply, ReplyParser};

/// Longest reply line taken; RFC 5321 allows 512 bytes, servers send a little more.
const MAX_LINE_BYTES: usize = 8 * 1024;

pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Why the wire gave no reply or took no bytes.
#[derive(Debug)]
pub(super) enum WireError {
    /// The peer closed the connection.
    Closed,
    TimedOut(Duration),
    Io(io::Error),
    Malformed(Malformed),
}

pub(super) struct Wire {
    stream: Stream,
    /// Read but not yet consumed: `inbox[start..end]`; `scanned` bytes of it hold no line end.
    inbox: Box<[u8]>,
    start: usize,
    end: usize,
    scanned: usize,
}

impl Wire {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            inbox: vec![0; MAX_LINE_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            scanned: 0,
        }
    }

    /// The plain socket, for the change to TLS. `None` if there are bytes the server sent ahead: whoever sits on the
    /// line could have put them there to be read as if they had come encrypted (RFC 3207 §5, CVE-2011-0411).
    pub fn into_plain(self) -> Option<TcpStream> {
        match self.stream {
            Stream::Plain(socket) if self.start == self.end => Some(socket),
            _ => None,
        }
    }

    pub fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Whether the server said something nobody asked for.
    pub fn has_unread(&self) -> bool {
        self.start < self.end
    }

    /// Our own IP address on this connection.
    pub fn local_ip(&self) -> Option<std::net::IpAddr> {
        self.socket().local_addr().ok().map(|address| address.ip())
    }

    fn socket(&self) -> &TcpStream {
        match &self.stream {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => stream.get_ref().0,
        }
    }

    /// Whether the connection is quiet and open, without waiting. Anything readable on an idle connection is its end
    /// (closed, 421) or noise; under TLS it may be a harmless session ticket, which costs a new connection.
    pub fn is_quiet(&self) -> bool {
        let mut probe = [0];
        // `try_read` would consume; on a connection that is given up when anything is there, that is no loss.
        !self.has_unread()
            && matches!(self.socket().try_read(&mut probe), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Writes everything and flushes. After an error the last byte of `bytes` has not left.
    pub async fn write(&mut self, bytes: &[u8], limit: Duration) -> Result<(), WireError> {
        async fn all(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
            stream.write_all(bytes).await?;
            stream.flush().await
        }
        let written = timeout(limit, async {
            match &mut self.stream {
                Stream::Plain(socket) => socket.write_all(bytes).await,
                Stream::Tls(stream) => all(stream, bytes).await,
            }
        });
        match written.await {
            Ok(result) => result.map_err(WireError::Io),
            Err(_) => Err(WireError::TimedOut(limit)),
        }
    }

    /// One complete reply within `limit`.
    pub async fn read_reply(&mut self, limit: Duration) -> Result<Reply, WireError> {
        self.read(ReplyParser::default(), limit)
            .await
            .map(|(reply, _)| reply)
    }

    /// One complete reply and the text of each of its lines.
    pub async fn read_lines(&mut self, limit: Duration) -> Result<(Reply, Vec<String>), WireError> {
        self.read(ReplyParser::keeping_lines(), limit).await
    }

    async fn read(
        &mut self,
        mut parser: ReplyParser,
        limit: Duration,
    ) -> Result<(Reply, Vec<String>), WireError> {
        // Often everything is there already: no timer then.
        if let Some(reply) = self.parse_buffered(&mut parser)? {
            return Ok((reply, parser.take_lines()));
        }
        let reply = timeout(limit, async {
            loop {
                self.fill().await?;
                if let Some(reply) = self.parse_buffered(&mut parser)? {
                    return Ok(reply);
                }
            }
        });
        let reply = reply.await.map_err(|_| WireError::TimedOut(limit))??;
        Ok((reply, parser.take_lines()))
    }

    /// Feeds complete lines to the parser until the reply is complete or the lines end.
    fn parse_buffered(&mut self, parser: &mut ReplyParser) -> Result<Option<Reply>, WireError> {
        while let Some(offset) = self.inbox[self.start + self.scanned..self.end]
            .iter()
            .position(|&b| b == b'\n')
        {
            let next = self.start + self.scanned + offset + 1;
            let parsed = parser.line(&self.inbox[self.start..next]);
            self.start = next;
            self.scanned = 0;
            if let Some(reply) = parsed.map_err(WireError::Malformed)? {
                return Ok(Some(reply));
            }
        }
        self.scanned = self.end - self.start;
        Ok(None)
    }

    /// Reads more bytes behind those that hold no complete line.
    async fn fill(&mut self) -> Result<(), WireError> {
        if self.start > 0 {
            self.inbox.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.inbox.len() {
            return Err(WireError::Malformed(Malformed("a reply line was too long")));
        }
        let room = &mut self.inbox[self.end..];
        let read = match &mut self.stream {
            Stream::Plain(socket) => socket.read(room).await,
            Stream::Tls(stream) => stream.read(room).await,
        };
        match read.map_err(WireError::Io)? {
            0 => Err(WireError::Closed),
            count => {
                self.end += count;
                Ok(())
            }
        }
    }

    /// Says goodbye properly where TLS wants it; errors do not matter any more.
    pub async fn shut_down(&mut self, limit: Duration) {
        async fn end(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
            let _ = stream.shutdown().await;
        }
        let _ = timeout(limit, async {
            match &mut self.stream {
                Stream::Plain(socket) => end(socket).await,
                Stream::Tls(stream) => end(stream).await,
            }
        })
        .await;
    }
}

impl fmt::Display for WireError {
    /// A clause without capital and full stop, to be put into a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("it closed the connection"),
            Self::TimedOut(limit) if limit.as_secs() >= 1 => {
                write!(f, "it did not answer within {} s", limit.as_secs())
            }
            Self::TimedOut(limit) => write!(f, "it did not answer within {} ms", limit.as_millis()),
            // A clean TLS end is missing: to the user the same as a closed connection.
            Self::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                f.write_str("it closed the connection")
            }
            Self::Io(error) => write!(f, "the connection broke ({error})"),
            Self::Malformed(reason) => write!(f, "{}", reason.0),
        }
    }
}
