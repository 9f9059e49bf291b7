#!/bin/sh
# Plays the device: a pipe that shows what it gets, until it is unplugged.
folder=$(mktemp -d) || exit 1
mkfifo "$folder/board" || exit 1
# Open for both, so that whoever writes never waits.
exec 3<>"$folder/board"
while read -r line <&3; do printf '%s\n' "$line"; done &
reader=$!
printf '{"port": "%s"}\n' "$folder/board"
while read -r told; do
    case $told in
        unplug) rm -f "$folder/board" ;;
    esac
    echo told
done
kill "$reader"
rm -rf "$folder"
