// SPDX-License-Identifier: MIT
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;

/** Reads archives with java.util.zip and Commons Compress.  Prints what read.js prints. */
class Read {
    interface Reader {
        List<String> read(String path) throws IOException;
    }

    static String line(String name, InputStream in) throws IOException {
        byte[] bytes = in.readAllBytes();
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return String.format("%s\t%d\t%08x", name, bytes.length, crc.getValue());
    }

    static List<String> zipFile(String path) throws IOException {
        List<String> found = new ArrayList<>();
        try (java.util.zip.ZipFile zip = new java.util.zip.ZipFile(path)) {
            for (var entry : Collections.list(zip.entries())) {
                found.add(line(entry.getName(), zip.getInputStream(entry)));
            }
        }
        return found;
    }

    static InputStream open(String path) throws IOException {
        return new BufferedInputStream(Files.newInputStream(Path.of(path)));
    }

    static List<String> zipInputStream(String path) throws IOException {
        List<String> found = new ArrayList<>();
        try (var zip = new java.util.zip.ZipInputStream(open(path))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                found.add(line(entry.getName(), zip));
            }
        }
        return found;
    }

    static List<String> commonsFile(String path) throws IOException {
        List<String> found = new ArrayList<>();
        try (var zip = org.apache.commons.compress.archivers.zip.ZipFile.builder()
                .setPath(path).get()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                found.add(line(entry.getName(), zip.getInputStream(entry)));
            }
        }
        return found;
    }

    static List<String> commonsStream(String path) throws IOException {
        List<String> found = new ArrayList<>();
        try (var zip = new ZipArchiveInputStream(open(path), "UTF-8", true, true)) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                found.add(line(entry.getName(), zip));
            }
        }
        return found;
    }

    static void run(String name, Reader reader, String path) {
        try {
            for (String found : reader.read(path)) {
                System.out.println(name + "\t" + path + "\t" + found);
            }
        } catch (IOException | RuntimeException e) {
            System.out.println(name + "\t" + path + "\t!\t" + e.getMessage());
        }
    }

    public static void main(String[] paths) {
        for (String path : paths) {
            run("java ZipFile", Read::zipFile, path);
            run("java ZipInputStream", Read::zipInputStream, path);
            run("commons-compress ZipFile", Read::commonsFile, path);
            run("commons-compress stream", Read::commonsStream, path);
        }
    }
}
