//! A small SMTP server for tests: takes mail into memory, and misbehaves towards whom it is told to. The dialogue is real, the
//! rules are few.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};

/// Where in a dialogue something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Greeting,
    Hello,
    Mail,
    Rcpt,
    Data,
    /// In the middle of the content: only leaving and hanging make sense there.
    Middle,
    /// After the final dot.
    Content,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Says(&'static str),
    /// The same, a byte at a time.
    Mumbles(&'static str),
    Closes,
    Hangs,
    /// Says what it should, after this many milliseconds.
    Dawdles(u64),
}

#[derive(Default)]
struct Rules {
    /// Part of an address to the reply that RCPT gets.
    refusals: HashMap<String, String>,
    acts: Vec<(At, String, Act)>,
    /// Connections it bears; 0: any number.
    most: usize,
    open: usize,
    peak: usize,
    /// Connections there were.
    made: usize,
    /// Mails a connection takes before it is told 421 and closed; 0: any number.
    patience: usize,
    taken: Vec<(String, String)>,
    /// Who was named for each mail taken.
    envelopes: Vec<Vec<String>>,
    times: Vec<Instant>,
}

impl Rules {
    fn act(&self, at: At, recipient: &str) -> Option<Act> {
        let recipient = recipient.to_lowercase();
        let fits = |(place, part, _): &&(At, String, Act)| {
            *place == at && recipient.contains(part.as_str())
        };
        self.acts.iter().find(fits).map(|(_, _, act)| *act)
    }
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
        let mut rules = self.rules.lock().unwrap();
        rules.refusals.clear();
        rules.acts.clear();
    }

    /// Does this at that place, for recipients whose address holds `part` (any, before there is one).
    pub fn act(&self, at: At, part: &str, act: Act) {
        self.rules.lock().unwrap().acts.push((at, part.into(), act));
    }

    /// Refuses further connections with 421 while this many stand.
    pub fn bear(&self, most: usize) {
        self.rules.lock().unwrap().most = most;
    }

    /// Ends each connection with 421 after this many mails, in answer to the next MAIL.
    pub fn tire_after(&self, mails: usize) {
        self.rules.lock().unwrap().patience = mails;
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.rules.lock().unwrap().made
    }

    /// Most connections that stood at once.
    pub fn peak(&self) -> usize {
        self.rules.lock().unwrap().peak
    }

    /// When each mail was taken.
    pub fn times(&self) -> Vec<Instant> {
        self.rules.lock().unwrap().times.clone()
    }

    /// All recipients of every mail taken, in the order they were named.
    pub fn envelopes(&self) -> Vec<Vec<String>> {
        self.rules.lock().unwrap().envelopes.clone()
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

/// Counts a connection for as long as it stands.
struct Standing(Arc<Mutex<Rules>>);

impl Drop for Standing {
    fn drop(&mut self) {
        if let Ok(mut rules) = self.0.lock() {
            rules.open -= 1;
        }
    }
}

/// Does what the rules say, then says `reply`. `None`: the connection is over.
async fn answer(write: &mut OwnedWriteHalf, act: Option<Act>, reply: &str) -> Option<()> {
    match act {
        None => {}
        Some(Act::Says(words)) => {
            write
                .write_all(format!("{words}\r\n").as_bytes())
                .await
                .ok()?;
            // A server that says 421 closes.
            return (!words.starts_with("421")).then_some(());
        }
        Some(Act::Mumbles(words)) => {
            for byte in format!("{words}\r\n").bytes() {
                write.write_all(&[byte]).await.ok()?;
                tokio::task::yield_now().await;
            }
            return Some(());
        }
        Some(Act::Closes) => return None,
        Some(Act::Hangs) => std::future::pending().await,
        Some(Act::Dawdles(millis)) => tokio::time::sleep(Duration::from_millis(millis)).await,
    }
    write
        .write_all(format!("{reply}\r\n").as_bytes())
        .await
        .ok()
}

async fn talk(stream: TcpStream, rules: Arc<Mutex<Rules>>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let is_one_too_many = {
        let mut rules = rules.lock().unwrap();
        rules.open += 1;
        rules.made += 1;
        let is_one_too_many = rules.most > 0 && rules.open > rules.most;
        if !is_one_too_many {
            rules.peak = rules.peak.max(rules.open);
        }
        is_one_too_many
    };
    let _standing = Standing(rules.clone());
    let act = |at, recipient: &str| rules.lock().unwrap().act(at, recipient);
    if is_one_too_many {
        let words = "421 4.7.0 too many connections\r\n";
        return write.write_all(words.as_bytes()).await.ok();
    }
    answer(&mut write, act(At::Greeting, ""), "220 test ESMTP").await?;
    let mut recipient = String::new();
    let mut envelope = Vec::new();
    let mut mails = 0;
    while let Some(line) = lines.next_line().await.ok()? {
        let upper = line.to_uppercase();
        if upper.starts_with("EHLO") {
            answer(&mut write, act(At::Hello, ""), "250-test\r\n250 PIPELINING").await?;
        } else if upper.starts_with("MAIL") {
            recipient.clear();
            envelope.clear();
            let patience = rules.lock().unwrap().patience;
            if patience > 0 && mails >= patience {
                return answer(&mut write, None, "421 4.7.0 enough from you").await;
            }
            answer(&mut write, act(At::Mail, ""), "250 2.1.0 ok").await?;
        } else if upper.starts_with("RCPT TO:") {
            let address = line["RCPT TO:".len()..]
                .trim_matches(['<', '>', ' '])
                .to_owned();
            let act = act(At::Rcpt, &address);
            let refusal = {
                let known = rules.lock().unwrap();
                let fits =
                    |(part, _): &(&String, &String)| address.to_lowercase().contains(part.as_str());
                known
                    .refusals
                    .iter()
                    .find(fits)
                    .map(|(_, reply)| reply.clone())
            };
            // What is said instead of a yes is a no.
            let is_no = refusal.is_some() || matches!(act, Some(Act::Says(_) | Act::Mumbles(_)));
            if !is_no {
                if recipient.is_empty() {
                    recipient.clone_from(&address);
                }
                envelope.push(address);
            }
            let reply = refusal.unwrap_or_else(|| "250 2.1.5 ok".into());
            answer(&mut write, act, &reply).await?;
        } else if upper == "DATA" {
            if recipient.is_empty() {
                answer(&mut write, None, "503 5.5.1 no recipient").await?;
                continue;
            }
            let at_data = act(At::Data, &recipient);
            answer(&mut write, at_data, "354 go on").await?;
            if matches!(at_data, Some(Act::Says(_) | Act::Mumbles(_))) {
                continue;
            }
            let mut content = String::new();
            loop {
                // Content that is cut off was never mail (RFC 5321 §4.1.1.4).
                let line = lines.next_line().await.ok()??;
                if line == "." {
                    break;
                }
                content.push_str(line.strip_prefix('.').unwrap_or(&line));
                content.push('\n');
                if let Some(act) = act(At::Middle, &recipient) {
                    answer(&mut write, Some(act), "").await?;
                }
            }
            let act = act(At::Content, &recipient);
            let is_taken = match act {
                None | Some(Act::Dawdles(_)) => true,
                Some(Act::Says(words) | Act::Mumbles(words)) => words.starts_with('2'),
                Some(Act::Closes | Act::Hangs) => false,
            };
            if is_taken {
                mails += 1;
                let mut rules = rules.lock().unwrap();
                rules.taken.push((std::mem::take(&mut recipient), content));
                rules.envelopes.push(std::mem::take(&mut envelope));
                rules.times.push(Instant::now());
            }
            answer(&mut write, act, "250 2.0.0 queued").await?;
        } else if upper.starts_with("QUIT") {
            return answer(&mut write, None, "221 bye").await;
        } else {
            recipient.clear();
            envelope.clear();
            answer(&mut write, None, "250 2.0.0 ok").await?;
        }
    }
    None
}
