// SPDX-License-Identifier: MIT
// Reads archives with libraries of npm.  Usage: node read.js ARCHIVE...
// Prints a line for each library, archive and member: NAME, ARCHIVE, MEMBER, SIZE, CRC-32 of what
// was read, with tabs between them; or NAME, ARCHIVE, "!", why it cannot be read.
import { createReadStream, readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";

import { BlobReader, Uint8ArrayWriter, ZipReader, configure } from "@zip.js/zip.js";
import AdmZip from "adm-zip";
import { Unzip, UnzipInflate, unzipSync } from "fflate";
import JSZip from "jszip";
import StreamZip from "node-stream-zip";
import unzipper from "unzipper";
import yauzl from "yauzl";

configure({ useWebWorkers: false });

// Each gives [member, bytes] for every member.
const readers = {
  async yauzl(path) {
    const found = [];
    const zip = await yauzl.openPromise(path, { lazyEntries: true });
    for await (const entry of zip.eachEntry())
      found.push([entry.fileName, await buffer(await zip.openReadStreamPromise(entry))]);
    return found;
  },
  async jszip(path) {
    const zip = await JSZip.loadAsync(readFileSync(path), { checkCRC32: true });
    return Promise.all(Object.values(zip.files).map(async (f) => [f.name, await f.async("uint8array")]));
  },
  async fflate(path) {
    return Object.entries(unzipSync(readFileSync(path)));
  },
  async "fflate stream"(path) {
    const found = [];
    const unzip = new Unzip((file) => {
      const parts = [];
      file.ondata = (error, part, last) => {
        if (error) throw error;
        parts.push(part);
        if (last) found.push([file.name, Buffer.concat(parts)]);
      };
      file.start();
    });
    unzip.register(UnzipInflate);
    for await (const piece of createReadStream(path)) unzip.push(piece);
    unzip.push(new Uint8Array(0), true);
    return found;
  },
  async "adm-zip"(path) {
    return new AdmZip(path).getEntries().map((entry) => {
      const bytes = entry.getData();
      return [entry.entryName, bytes];
    });
  },
  async "node-stream-zip"(path) {
    const zip = new StreamZip.async({ file: path });
    const found = [];
    for (const entry of Object.values(await zip.entries()))
      found.push([entry.name, await zip.entryData(entry)]);
    await zip.close();
    return found;
  },
  async "zip.js"(path) {
    const zip = new ZipReader(new BlobReader(new Blob([readFileSync(path)])), { checkSignature: true });
    const found = [];
    for (const entry of await zip.getEntries())
      found.push([entry.filename, await entry.getData(new Uint8ArrayWriter())]);
    await zip.close();
    return found;
  },
  async unzipper(path) {
    const directory = await unzipper.Open.file(path);
    const found = [];
    for (const file of directory.files) found.push([file.path, await file.buffer()]);
    return found;
  },
  async "unzipper stream"(path) {
    const found = [];
    const entries = createReadStream(path).pipe(unzipper.Parse({ forceStream: true }));
    for await (const entry of entries) found.push([entry.path, await entry.buffer()]);
    return found;
  },
};

const print = (...fields) => console.log(fields.join("\t"));
const tooLong = (promise) =>
  Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(Error("no answer in 60 s")), 60000).unref())]);

for (const [name, read] of Object.entries(readers))
  for (const path of process.argv.slice(2))
    try {
      for (const [member, bytes] of await tooLong(read(path)))
        print(name, path, member, bytes.length, crc32(bytes).toString(16).padStart(8, "0"));
    } catch (error) {
      print(name, path, "!", String(error.message).split("\n")[0]);
    }
process.exit(0);
