// kafka-go: hard-wired old versions of the group APIs, and its own idea of fetch sizes.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

type line struct {
	seq       int
	key, text string
}

type peer struct {
	bootstrap string
	lines     []line
}

const limit = time.Minute

func (p peer) create(topic string, partitions int) error {
	connection, err := kafka.Dial("tcp", p.bootstrap)
	if err != nil {
		return err
	}
	defer connection.Close()
	if err := connection.CreateTopics(kafka.TopicConfig{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}); err != nil {
		return err
	}
	// The writer gives up at once on a topic that its broker has not heard of yet.
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if found, err := connection.ReadPartitions(topic); err == nil && len(found) == partitions {
			return nil
		}
	}
	return fmt.Errorf("no word of the new topic %s", topic)
}

func (p peer) produce(ctx context.Context, topic string, lines []line, codec kafka.Compression) error {
	writer := &kafka.Writer{
		Addr: kafka.TCP(p.bootstrap), Topic: topic, Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll,
		Compression: codec, BatchTimeout: 5 * time.Millisecond,
		// The shared transport would remember for seconds which topics there were.
		Transport: &kafka.Transport{},
	}
	var messages []kafka.Message
	for _, l := range lines {
		messages = append(messages, kafka.Message{
			Key: []byte(l.key), Value: []byte(l.text), Headers: []kafka.Header{{Key: "app", Value: []byte("straße")}},
		})
	}
	if err := writer.WriteMessages(ctx, messages...); err != nil {
		return err
	}
	return writer.Close()
}

func (p peer) reader(topic string) *kafka.Reader {
	return kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{p.bootstrap}, GroupID: topic, Topic: topic, StartOffset: kafka.FirstOffset,
		HeartbeatInterval: 300 * time.Millisecond, MaxWait: 200 * time.Millisecond,
	})
}

// check: every line came back once, as it was sent, and in order within its partition.
func check(found []kafka.Message, lines []line) error {
	if len(found) != len(lines) {
		return fmt.Errorf("%d of %d records came back", len(found), len(lines))
	}
	place := map[string]int{}
	for _, l := range lines {
		place[l.key+"\t"+l.text] = l.seq
	}
	last := map[int]int{}
	for _, message := range found {
		name := string(message.Key) + "\t" + string(message.Value)
		seq, there := place[name]
		if !there {
			return fmt.Errorf("%q came twice or was never sent", name)
		}
		delete(place, name)
		if before, any := last[message.Partition]; any && before >= seq {
			return fmt.Errorf("record %d follows %d", seq, before)
		}
		last[message.Partition] = seq
		if len(message.Headers) != 1 || string(message.Headers[0].Value) != "straße" {
			return fmt.Errorf("record %d has the headers %v", seq, message.Headers)
		}
	}
	return nil
}

// readAll reads in a group and commits each record.
func (p peer) readAll(ctx context.Context, topic string, lines []line) error {
	reader := p.reader(topic)
	defer reader.Close()
	var found []kafka.Message
	for len(found) < len(lines) {
		message, err := reader.FetchMessage(ctx)
		if err != nil {
			return fmt.Errorf("after %d records: %w", len(found), err)
		}
		found = append(found, message)
	}
	if err := reader.CommitMessages(ctx, found...); err != nil {
		return err
	}
	return check(found, lines)
}

func codec(c kafka.Compression) func(context.Context, peer, string) error {
	return func(ctx context.Context, p peer, topic string) error {
		if err := p.create(topic, 3); err != nil {
			return err
		}
		if err := p.produce(ctx, topic, p.lines, c); err != nil {
			return err
		}
		return p.readAll(ctx, topic, p.lines)
	}
}

func commitResume(ctx context.Context, p peer, topic string) error {
	if err := p.create(topic, 3); err != nil {
		return err
	}
	half := len(p.lines) / 2
	for _, some := range [][]line{p.lines[:half], p.lines[half:]} {
		if err := p.produce(ctx, topic, some, 0); err != nil {
			return err
		}
		if err := p.readAll(ctx, topic, some); err != nil {
			return err
		}
	}
	return nil
}

// group: two readers share the partitions; together they get every record.
func group(ctx context.Context, p peer, topic string) error {
	if err := p.create(topic, 6); err != nil {
		return err
	}
	type one struct {
		reader  int
		message kafka.Message
		err     error
	}
	got := make(chan one)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for number := range 2 {
		reader := p.reader(topic)
		defer reader.Close()
		go func() {
			for {
				message, err := reader.ReadMessage(ctx)
				select {
				case got <- one{number, message, err}:
				case <-ctx.Done():
					return
				}
				if err != nil {
					return
				}
			}
		}()
	}
	found, shares := map[string]kafka.Message{}, map[int]int{}
	sent := 0
	for len(shares) < 2 {
		if err := p.produce(ctx, topic, p.lines, 0); err != nil {
			return err
		}
		sent += len(p.lines)
		for len(found) < sent {
			next := <-got
			if next.err != nil {
				return next.err
			}
			found[fmt.Sprint(next.message.Partition, " ", next.message.Offset)] = next.message
			shares[next.reader]++
		}
	}
	return nil
}

func administration(ctx context.Context, p peer, topic string) error {
	if err := commitResume(ctx, p, topic); err != nil {
		return err
	}
	client := &kafka.Client{Addr: kafka.TCP(p.bootstrap), Timeout: limit}
	fetched, err := client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: topic, Topics: map[string][]int{topic: {0, 1, 2}}})
	if err != nil {
		return err
	}
	var sum int64
	for _, partition := range fetched.Topics[topic] {
		sum += partition.CommittedOffset
	}
	if sum != int64(len(p.lines)) {
		return fmt.Errorf("committed in all: %d", sum)
	}
	connection, err := kafka.DialLeader(ctx, "tcp", p.bootstrap, topic, 0)
	if err != nil {
		return err
	}
	defer connection.Close()
	if _, _, err := connection.ReadOffsets(); err != nil {
		return err
	}
	groups, err := client.ListGroups(ctx, &kafka.ListGroupsRequest{})
	if err != nil || groups.Error != nil {
		return fmt.Errorf("groups: %v %v", groups, err)
	}
	return connection.DeleteTopics(topic)
}

var scenarios = map[string]func(context.Context, peer, string) error{
	"codec-none":    codec(0),
	"codec-gzip":    codec(kafka.Gzip),
	"codec-snappy":  codec(kafka.Snappy),
	"codec-lz4":     codec(kafka.Lz4),
	"codec-zstd":    codec(kafka.Zstd),
	"group":         group,
	"commit-resume": commitResume,
	"admin":         administration,
}

func main() {
	p := peer{bootstrap: os.Args[1]}
	file, err := os.Open(os.Args[2])
	if err != nil {
		panic(err)
	}
	for rows := bufio.NewScanner(file); rows.Scan(); {
		fields := strings.SplitN(rows.Text(), "\t", 3)
		seq, _ := strconv.Atoi(fields[0])
		p.lines = append(p.lines, line{seq, fields[1], fields[2]})
	}
	for _, name := range os.Args[4:] {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		if err := scenarios[name](ctx, p, os.Args[3]+name); err != nil {
			fmt.Printf("fail %s %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("ok %s\n", name)
		}
		cancel()
	}
}
