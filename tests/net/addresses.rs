//! Names with several addresses: one carries the request, every one is accounted for.

use std::time::Duration;

use emc_monitor::model::facts::AddressFacts;
use emc_monitor::model::reason::Reason;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::bed::{Ask, read_head, swallowing};
use crate::names::{Says, name_server};

/// A server on each of these addresses, all on one port.
async fn listening_on(hosts: &[&str]) -> u16 {
    'port: loop {
        let mut listeners = vec![TcpListener::bind((hosts[0], 0)).await.unwrap()];
        let port = listeners[0].local_addr().unwrap().port();
        for host in &hosts[1..] {
            match TcpListener::bind((*host, port)).await {
                Ok(listener) => listeners.push(listener),
                Err(_) => continue 'port,
            }
        }
        for listener in listeners {
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        read_head(&mut stream).await;
                        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
                    });
                }
            });
        }
        return port;
    }
}

fn say(name: &str) -> Says {
    let addresses: &[[u8; 4]] = match name {
        "both.example" => &[[127, 0, 0, 2], [127, 0, 0, 3]],
        "half.example" => &[[127, 0, 0, 2], [127, 0, 0, 9]],
        "behind.example" => &[[127, 0, 0, 9], [127, 0, 0, 2]],
        _ => &[[127, 0, 0, 8], [127, 0, 0, 9]],
    };
    Says::Addresses(addresses.iter().map(|&address| address.into()).collect())
}

fn of<'a>(facts: &'a [AddressFacts], host: &str) -> &'a AddressFacts {
    facts.iter().find(|fact| fact.address.ip().to_string() == host).unwrap()
}

#[tokio::test]
async fn every_address_is_tried_and_one_is_used() {
    let resolver = name_server(true, say).await;
    let port = listening_on(&["127.0.0.2", "127.0.0.3"]).await;
    let seen = Ask::new(format!("http://both.example:{port}/")).asking(resolver).get().await;
    assert_eq!((seen.fault, seen.addresses.len()), (None, 2));
    assert_eq!(seen.addresses.iter().filter(|fact| fact.used).count(), 1);
    assert!(seen.addresses.iter().all(|fact| fact.connect.is_some() && fact.fault.is_none()));
}

#[tokio::test]
async fn an_address_that_refuses_is_told_whether_it_comes_first_or_last() {
    let resolver = name_server(true, say).await;
    let port = listening_on(&["127.0.0.2"]).await;
    for name in ["half.example", "behind.example"] {
        let seen = Ask::new(format!("http://{name}:{port}/")).asking(resolver).get().await;
        assert_eq!(seen.fault, None);
        assert!(of(&seen.addresses, "127.0.0.2").used);
        let dead = of(&seen.addresses, "127.0.0.9").fault.as_ref().unwrap();
        assert_eq!(dead.reason, Reason::ConnectRefused, "{name}");
    }
}

#[tokio::test]
async fn a_silent_address_neither_hides_the_other_nor_is_hidden() {
    let resolver = name_server(true, say).await;
    let port = listening_on(&["127.0.0.2"]).await;
    let (_, _kept) = swallowing(&format!("127.0.0.9:{port}"));
    let ask = Ask::new(format!("http://behind.example:{port}/")).asking(resolver);
    let seen = ask.within(Duration::from_secs(4)).get().await;
    assert_eq!(seen.fault, None);
    let silent = of(&seen.addresses, "127.0.0.9").fault.as_ref().unwrap();
    assert_eq!(silent.reason, Reason::ConnectTimeout);
    let connect = seen.phases.get(emc_monitor::model::phase::Phase::Connect).unwrap();
    assert!(connect < Duration::from_secs(1), "waiting for the silent one is not counted: {connect:?}");
}

#[tokio::test]
async fn a_name_none_of_whose_addresses_answers_is_down() {
    let resolver = name_server(true, say).await;
    let port = crate::bed::refusing().port();
    let seen = Ask::new(format!("http://none.example:{port}/")).asking(resolver).get().await;
    assert_eq!(seen.fault.unwrap().reason, Reason::ConnectRefused);
    assert_eq!(seen.addresses.iter().filter(|fact| fact.fault.is_some()).count(), 2);
}
