//! From nothing to a connection that may send: TCP, greeting, EHLO, STARTTLS, sign-in.

use std::{io, net::SocketAddr};

use tokio::{
    net::{TcpStream, lookup_host},
    time::{Instant, timeout},
};

use super::{
    auth,
    capabilities::Capabilities,
    config::{ServerConfig, TlsMode},
    error::SmtpError,
    tls,
    wire::{Stream, Wire, WireError},
};
use crate::delivery::reply::{Reply, Stage};

/// A wire that has been greeted, encrypted as configured and signed in, and what the server offers on it.
pub(super) async fn establish(config: &ServerConfig) -> Result<(Wire, Capabilities), SmtpError> {
    let socket = open(config).await?;
    let mut wire = match config.tls {
        TlsMode::Implicit => tls::start(socket, config).await?,
        TlsMode::None | TlsMode::StartTls => Wire::new(Stream::Plain(socket)),
    };
    let greeting = wire
        .read_reply(config.timeouts.greeting)
        .await
        .map_err(|error| lost(Stage::Greeting, &error))?;
    accept(Stage::Greeting, greeting, 220)?;
    let mut offered = hello(&mut wire, config).await?;
    if config.tls == TlsMode::StartTls {
        wire = start_tls(wire, &offered, config).await?;
        // What was said in plain text counts for nothing now (RFC 3207 §4.2).
        offered = hello(&mut wire, config).await?;
    }
    auth::sign_in(&mut wire, &offered, config).await?;
    Ok((wire, offered))
}

/// Tries each address of the host in turn; together they have the connect time-out.
async fn open(config: &ServerConfig) -> Result<TcpStream, SmtpError> {
    let (host, port) = (config.host.as_str(), config.port);
    let failed = |detail: String| SmtpError::transport(Stage::Connect, detail);
    let deadline = Instant::now() + config.timeouts.connect;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let addresses: Vec<SocketAddr> =
        match timeout(config.timeouts.connect, lookup_host((bare, port))).await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(error)) => {
                return Err(failed(format!(
                    "The mail server {host} was not found. Check its name. ({error})"
                )));
            }
            Err(_) => {
                return Err(failed(format!(
                    "The name {host} could not be looked up in time."
                )));
            }
        };
    let mut last = format!("The mail server {host} has no address.");
    for (tried, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - tried).unwrap_or(1).max(1);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(socket)) => {
                // Without it, each small write would wait for the peer's delayed ACK.
                socket
                    .set_nodelay(true)
                    .map_err(|error| failed(format!("The connection broke ({error}).")))?;
                return Ok(socket);
            }
            Ok(Err(error)) => {
                last = format!(
                    "The mail server {host} cannot be reached on port {port}: {}.",
                    reason(&error)
                )
            }
            Err(_) => {
                last = format!(
                    "The mail server {host} cannot be reached on port {port}: it did not answer in time."
                )
            }
        }
    }
    Err(failed(last))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        io::ErrorKind::TimedOut => "it did not answer in time".to_owned(),
        _ => error.to_string(),
    }
}

/// EHLO, or HELO for a server that does not know it.
async fn hello(wire: &mut Wire, config: &ServerConfig) -> Result<Capabilities, SmtpError> {
    let limit = config.timeouts.command;
    let name = hello_name(wire, &config.hello_name);
    let (reply, lines) = async {
        wire.write(format!("EHLO {name}\r\n").as_bytes(), limit)
            .await?;
        wire.read_lines(limit).await
    }
    .await
    .map_err(|error| lost(Stage::Hello, &error))?;
    match reply.code {
        250 => return Ok(Capabilities::parse(&lines)),
        500..=504 | 550 => {}
        _ => return Err(SmtpError::refused(Stage::Hello, reply)),
    }
    let reply = command(wire, Stage::Hello, &format!("HELO {name}\r\n"), config).await?;
    accept(Stage::Hello, reply, 250)?;
    Ok(Capabilities::default())
}

/// Our name in EHLO: the configured one if it is one, else the socket's address as a literal (RFC 5321 §4.1.4).
fn hello_name(wire: &Wire, configured: &str) -> String {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if !configured.is_empty() && configured.len() <= 255 && configured.chars().all(fits) {
        return configured.to_owned();
    }
    match wire.local_ip() {
        Some(std::net::IpAddr::V4(ip)) => format!("[{ip}]"),
        Some(std::net::IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        None => "localhost".to_owned(),
    }
}

async fn start_tls(
    mut wire: Wire,
    offered: &Capabilities,
    config: &ServerConfig,
) -> Result<Wire, SmtpError> {
    if !offered.start_tls {
        return Err(SmtpError::transport(
            Stage::Tls,
            "The mail server does not offer STARTTLS on this port. Nothing was sent. Choose another port or encryption mode.",
        ));
    }
    let reply = command(&mut wire, Stage::Tls, "STARTTLS\r\n", config).await?;
    accept(Stage::Tls, reply, 220)?;
    let socket = wire.into_plain().ok_or_else(|| {
        SmtpError::transport(
            Stage::Tls,
            "The connection was tampered with: unencrypted data followed the server's answer to STARTTLS.",
        )
    })?;
    tls::start(socket, config).await
}

/// One command and its reply, whatever it is.
pub(super) async fn command(
    wire: &mut Wire,
    stage: Stage,
    line: &str,
    config: &ServerConfig,
) -> Result<Reply, SmtpError> {
    let limit = config.timeouts.command;
    wire.write(line.as_bytes(), limit)
        .await
        .map_err(|error| lost(stage, &error))?;
    wire.read_reply(limit)
        .await
        .map_err(|error| lost(stage, &error))
}

pub(super) fn accept(stage: Stage, reply: Reply, code: u16) -> Result<(), SmtpError> {
    if reply.code == code {
        Ok(())
    } else {
        Err(SmtpError::refused(stage, reply))
    }
}

fn lost(stage: Stage, error: &WireError) -> SmtpError {
    SmtpError::transport(stage, lost_detail(stage, error))
}

/// "The mail server failed … : it closed the connection."
pub(super) fn lost_detail(stage: Stage, error: &WireError) -> String {
    let step = match stage {
        Stage::Connect | Stage::Greeting => "before its greeting",
        Stage::Hello => "after our greeting",
        Stage::Tls => "while encryption was being set up",
        Stage::Auth => "during sign-in",
        Stage::Reset | Stage::Mail => "at the sender address",
        Stage::Rcpt => "at the recipient address",
        Stage::Data => "before the message was sent",
        Stage::Content => "while the message was being sent",
        Stage::Quit => "at the end",
    };
    format!("The mail server broke off {step}: {error}.")
}
