# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What tests/other_machines.sh and tests/tools.sh share: Debian's packages, downloaded without
# installing them.  Sourced after scripts/setup.sh.
#
# APT is the folder for apt's lists and downloads; ARCH, another architecture than this one's.

# apt with lists of its own, for one architecture and a system without any package.
own_apt()
{
    quietly apt-get -q -y \
        ${ARCH:+-o APT::Architecture="$ARCH" -o APT::Architectures="$ARCH"} \
        -o Dir::Etc::SourceList="$APT/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$APT" -o Dir::State::Lists="$APT/lists" \
        -o Dir::State::Status="$APT/status" -o Dir::Cache="$APT" \
        -o APT::Sandbox::User= -o Acquire::Languages=none "$@"
}

# start_apt deb|deb-src
start_apt()
{
    local codename signed='signed-by=/usr/share/keyrings/debian-archive-keyring.gpg'
    local archive=http://deb.debian.org/debian
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && say "${VERSION_CODENAME:-stable}")
    mkdir -p "$APT"/{lists,archives}/partial
    : >"$APT/status"
    say "$1 [$signed] $archive $codename main" >"$APT/sources.list"
    own_apt update
}
