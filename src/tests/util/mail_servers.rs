//! Mail servers for testing connections: one that answers (or refuses the login), one that says nothing, one that is not there.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A server that takes everything, or refuses every login. Remembers each line it was told.
pub struct Peer {
    pub port: u16,
    said: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    pub async fn start(takes_login: bool) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let said = Arc::new(Mutex::new(Vec::new()));
        let lines = said.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(talk(socket, takes_login, lines.clone()));
            }
        });
        Peer { port, said }
    }

    /// What clients have said so far.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

async fn talk(socket: TcpStream, takes_login: bool, said: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 peer ready\r\n").await.ok()?;
    let mut in_content = false;
    while let Some(line) = lines.next_line().await.ok()? {
        said.lock().unwrap().push(line.clone());
        let verb = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let reply = match verb.as_str() {
            "." if in_content => {
                in_content = false;
                "250 2.0.0 Queued as 7\r\n"
            }
            _ if in_content => continue,
            "EHLO" => "250-peer\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            "AUTH" if takes_login => "235 2.7.0 Welcome\r\n",
            "AUTH" => "535 5.7.8 Who are you?\r\n",
            "NOOP" => "250 2.0.0 Here I am\r\n",
            "DATA" => {
                in_content = true;
                "354 Go on\r\n"
            }
            "QUIT" => "221 2.0.0 Bye\r\n",
            _ => "250 2.1.0 Fine\r\n",
        };
        writer.write_all(reply.as_bytes()).await.ok()?;
    }
    Some(())
}

/// Takes connections and never says a word, as long as the listener is kept.
pub async fn silent_port() -> (u16, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener.local_addr().unwrap().port(), listener)
}

/// Nobody listens here.
pub async fn closed_port() -> u16 {
    let (port, listener) = silent_port().await;
    drop(listener);
    port
}
