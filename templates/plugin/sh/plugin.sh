#!/bin/sh
# A plugin of fotarig: reads one request per line, answers each with one line (docs/plugins.md).
# What it prints to stderr is its log.

answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
refuse() {
    printf '{"jsonrpc":"2.0","id":%s,"error":{"code":%s,"message":"%s","data":{"remedy":"%s"}}}\n' \
        "$id" "$1" "$2" "$3"
}
# The value of a text or a number in a request: enough for simple settings.
field() { printf '%s' "$request" | sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'; }
# fotarig writes each request without blanks, and its keys in this order.
start='^{"jsonrpc":"2.0","id":\([0-9]*\),"method":"\([^"]*\)",.*'

# Writes a line to the device.
device() {
    if [ -e "$port" ]; then
        printf '%s\n' "$1" >"$port" && answer null
    else
        refuse -32000 "the device is gone" "plug it in, or correct the setting port"
    fi
}

trap '' INT
while read -r request; do
    id=$(printf '%s' "$request" | sed -n "s/$start/\1/p")
    method=$(printf '%s' "$request" | sed -n "s/$start/\2/p")
    case $request in
        '{'*'"jsonrpc":"2.0"'*) ;;
        *) id=null; refuse -32700 "a line that is no request" ""; continue ;;
    esac
    case $request in
        *'"params":{'*) ;;
        *) refuse -32602 "params is no object" ""; continue ;;
    esac
    case $method in
        describe)
            port=$(field port)
            if [ -e "$port" ]; then
                answer '{"protocol":1,"methods":["power.off","power.on"]}'
            else
                refuse -32000 "the device is not there" "plug it in, or correct the setting port"
            fi ;;
        power.off) device "relay off 0" ;;
        power.on) device "relay on 0" ;;
        *) refuse -32601 "there is no such method" "" ;;
    esac
done
exit 0
