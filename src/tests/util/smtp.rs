//! A small SMTP server for tests: takes mail into memory, refuses whom it is told to. The dialogue is real, the rules are few.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct Rules {
    /// Part of an address to the reply that RCPT gets.
    refusals: HashMap<String, String>,
    taken: Vec<(String, String)>,
}

pub struct SmtpPeer {
    port: u16,
    rules: Arc<Mutex<Rules>>,
    accepting: tokio::task::JoinHandle<()>,
}

impl SmtpPeer {
    pub async fn start() -> SmtpPeer {
        SmtpPeer::start_on(0).await
    }

    pub async fn start_on(port: u16) -> SmtpPeer {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let rules = Arc::new(Mutex::new(Rules::default()));
        let shared = rules.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, shared.clone()));
            }
        });
        SmtpPeer {
            port,
            rules,
            accepting,
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Recipients whose address holds `part` get this reply.
    pub fn refuse(&self, part: &str, reply: &str) {
        self.rules
            .lock()
            .unwrap()
            .refusals
            .insert(part.into(), reply.into());
    }

    pub fn accept_all(&self) {
        self.rules.lock().unwrap().refusals.clear();
    }

    /// Recipient and content of every mail taken.
    pub fn taken(&self) -> Vec<(String, String)> {
        self.rules.lock().unwrap().taken.clone()
    }
}

impl Drop for SmtpPeer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn talk(stream: TcpStream, rules: Arc<Mutex<Rules>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test ESMTP\r\n").await.ok()?;
    let mut recipient = String::new();
    while let Some(line) = lines.next_line().await.ok()? {
        let upper = line.to_uppercase();
        let reply = if upper.starts_with("EHLO") {
            "250-test\r\n250 PIPELINING".to_owned()
        } else if upper.starts_with("RCPT TO:") {
            let address = line["RCPT TO:".len()..]
                .trim_matches(['<', '>', ' '])
                .to_owned();
            let known = rules.lock().unwrap();
            let refusal = known
                .refusals
                .iter()
                .find(|(part, _)| address.to_lowercase().contains(part.as_str()));
            match refusal {
                Some((_, reply)) => reply.clone(),
                None => {
                    recipient = address;
                    "250 2.1.5 ok".into()
                }
            }
        } else if upper == "DATA" {
            if recipient.is_empty() {
                "503 5.5.1 no recipient".into()
            } else {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut content = String::new();
                while let Some(line) = lines.next_line().await.ok()? {
                    if line == "." {
                        break;
                    }
                    content.push_str(line.strip_prefix('.').unwrap_or(&line));
                    content.push('\n');
                }
                rules
                    .lock()
                    .unwrap()
                    .taken
                    .push((std::mem::take(&mut recipient), content));
                "250 2.0.0 queued".into()
            }
        } else if upper.starts_with("QUIT") {
            write.write_all(b"221 bye\r\n").await.ok()?;
            return None;
        } else {
            recipient.clear();
            "250 2.0.0 ok".into()
        };
        write
            .write_all(format!("{reply}\r\n").as_bytes())
            .await
            .ok()?;
    }
    None
}
