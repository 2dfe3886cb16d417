// SPDX-License-Identifier: MIT
//! Reads archives with zip and rc-zip.  Usage: read ARCHIVE...; prints what read.js prints.
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read};

use rc_zip_sync::ReadZip;

/// Member, size, CRC-32.
type Found = Vec<(String, usize, u32)>;
type Reader = fn(&str) -> Result<Found, Box<dyn Error>>;

fn add(found: &mut Found, name: &str, mut from: impl Read) -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    found.push((name.to_string(), bytes.len(), crc32fast::hash(&bytes)));
    Ok(())
}

fn zip_file(path: &str) -> Result<Found, Box<dyn Error>> {
    let mut archive = zip::ZipArchive::new(File::open(path)?)?;
    let mut found = Found::new();
    for i in 0..archive.len() {
        let member = archive.by_index(i)?;
        let name = member.name()?.to_string();
        add(&mut found, &name, member)?;
    }
    Ok(found)
}

fn zip_stream(path: &str) -> Result<Found, Box<dyn Error>> {
    let mut stream = BufReader::new(File::open(path)?);
    let mut found = Found::new();
    while let Some(mut member) = zip::read::read_zipfile_from_stream(&mut stream)? {
        let name = member.name()?.to_string();
        add(&mut found, &name, &mut member)?;
    }
    Ok(found)
}

fn rc_zip(path: &str) -> Result<Found, Box<dyn Error>> {
    let file = File::open(path)?;
    let archive = file.read_zip()?;
    let mut found = Found::new();
    for entry in archive.entries() {
        add(&mut found, &entry.name, entry.reader())?;
    }
    Ok(found)
}

fn main() {
    let readers: [(&str, Reader); 3] =
        [("zip", zip_file), ("zip stream", zip_stream), ("rc-zip", rc_zip)];
    for (name, read) in readers {
        for path in std::env::args().skip(1) {
            match read(&path) {
                Ok(found) => {
                    for (member, size, crc) in found {
                        println!("{name}\t{path}\t{member}\t{size}\t{crc:08x}");
                    }
                }
                Err(error) => {
                    println!("{name}\t{path}\t!\t{}", error.to_string().replace('\n', " "));
                }
            }
        }
    }
}
