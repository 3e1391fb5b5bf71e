// franz-go: the newest versions of every API, and the strictest reader of them.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

type line struct {
	seq       int
	key, text string
}

type peer struct {
	bootstrap string
	lines     []line
}

const limit = 60 * time.Second

func (p peer) client(options ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(p.bootstrap)}, options...)...)
}

func (p peer) create(ctx context.Context, topic string, partitions int32) error {
	client, err := p.client()
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = kadm.NewClient(client).CreateTopic(ctx, partitions, 1, nil, topic)
	return err
}

func record(topic string, l line) *kgo.Record {
	return &kgo.Record{Topic: topic, Key: []byte(l.key), Value: []byte(l.text), Headers: []kgo.RecordHeader{
		{Key: "seq", Value: []byte(strconv.Itoa(l.seq))}, {Key: "app", Value: []byte("web")}, {Key: "app", Value: []byte("straße")},
	}}
}

func (p peer) produce(ctx context.Context, topic string, lines []line, options ...kgo.Opt) error {
	client, err := p.client(append([]kgo.Opt{kgo.AllowAutoTopicCreation()}, options...)...)
	if err != nil {
		return err
	}
	defer client.Close()
	var records []*kgo.Record
	for _, l := range lines {
		records = append(records, record(topic, l))
	}
	return client.ProduceSync(ctx, records...).FirstErr()
}

func (p peer) consumer(topic string, options ...kgo.Opt) (*kgo.Client, error) {
	return p.client(append([]kgo.Opt{
		kgo.ConsumerGroup(topic), kgo.ConsumeTopics(topic), kgo.HeartbeatInterval(300 * time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}, options...)...)
}

func poll(ctx context.Context, client *kgo.Client) ([]*kgo.Record, error) {
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	fetches := client.PollFetches(short)
	for _, fault := range fetches.Errors() {
		if !errors.Is(fault.Err, context.DeadlineExceeded) {
			return nil, fmt.Errorf("fetch of %s %d: %w", fault.Topic, fault.Partition, fault.Err)
		}
	}
	return fetches.Records(), nil
}

func read(ctx context.Context, client *kgo.Client, count int) ([]*kgo.Record, error) {
	var records []*kgo.Record
	for len(records) < count {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%d of %d records came", len(records), count)
		}
		some, err := poll(ctx, client)
		if err != nil {
			return nil, err
		}
		records = append(records, some...)
	}
	return records, nil
}

// check: every line came back once, as it was sent, and in order within its partition.
func check(records []*kgo.Record, lines []line) error {
	sent := map[int]line{}
	for _, l := range lines {
		sent[l.seq] = l
	}
	type place struct {
		offset int64
		seq    int
	}
	last := map[int32]place{}
	for _, r := range records {
		seq, _ := strconv.Atoi(string(r.Headers[0].Value))
		l, there := sent[seq]
		if !there {
			return fmt.Errorf("record %d came twice or was never sent", seq)
		}
		delete(sent, seq)
		if string(r.Key) != l.key || string(r.Value) != l.text {
			return fmt.Errorf("record %d changed: %s %s", seq, r.Key, r.Value)
		}
		if len(r.Headers) != 3 || string(r.Headers[2].Value) != "straße" {
			return fmt.Errorf("record %d has the headers %v", seq, r.Headers)
		}
		before, any := last[r.Partition]
		if any && (before.offset >= r.Offset || before.seq >= seq) {
			return fmt.Errorf("record %d follows %d", seq, before.seq)
		}
		last[r.Partition] = place{r.Offset, seq}
	}
	if len(sent) > 0 {
		return fmt.Errorf("%d of %d records are missing", len(sent), len(lines))
	}
	return nil
}

func (p peer) readAll(ctx context.Context, topic string, lines []line, options ...kgo.Opt) error {
	client, err := p.consumer(topic, options...)
	if err != nil {
		return err
	}
	defer client.Close()
	records, err := read(ctx, client, len(lines))
	if err != nil {
		return err
	}
	return check(records, lines)
}

func roundTrip(options ...kgo.Opt) func(context.Context, peer, string) error {
	return func(ctx context.Context, p peer, topic string) error {
		if err := p.create(ctx, topic, 3); err != nil {
			return err
		}
		if err := p.produce(ctx, topic, p.lines, options...); err != nil {
			return err
		}
		return p.readAll(ctx, topic, p.lines)
	}
}

func codec(c kgo.CompressionCodec) func(context.Context, peer, string) error {
	return roundTrip(kgo.ProducerBatchCompression(c))
}

func autoCreate(ctx context.Context, p peer, topic string) error {
	if err := p.produce(ctx, topic, p.lines); err != nil {
		return err
	}
	return p.readAll(ctx, topic, p.lines)
}

// group: two members share the partitions, one leaves, the other one reads what comes then.
func group(options ...kgo.Opt) func(context.Context, peer, string) error {
	return func(ctx context.Context, p peer, topic string) error {
		if err := p.create(ctx, topic, 6); err != nil {
			return err
		}
		first, err := p.consumer(topic, options...)
		if err != nil {
			return err
		}
		second, err := p.consumer(topic, options...)
		if err != nil {
			return err
		}
		defer second.Close()
		half := len(p.lines) / 2
		if err := p.produce(ctx, topic, p.lines[:half]); err != nil {
			return err
		}
		records := map[string]*kgo.Record{}
		var shared [2]bool
		gather := func(client *kgo.Client) error {
			some, err := poll(ctx, client)
			for _, r := range some {
				records[fmt.Sprintf("%05d %012d", r.Partition, r.Offset)] = r
			}
			return err
		}
		for len(records) < half || !shared[0] || !shared[1] {
			if ctx.Err() != nil {
				return fmt.Errorf("two members do not share: %v, %d records", shared, len(records))
			}
			for index, client := range []*kgo.Client{first, second} {
				if err := gather(client); err != nil {
					return err
				}
				metadata, _ := client.GroupMetadata()
				shared[index] = metadata != "" && assigned(ctx, p, topic, metadata) == 3
			}
		}
		if err := first.CommitUncommittedOffsets(ctx); err != nil {
			return err
		}
		first.LeaveGroup()
		first.Close()
		if err := p.produce(ctx, topic, p.lines[half:]); err != nil {
			return err
		}
		for len(records) < len(p.lines) {
			if ctx.Err() != nil {
				return fmt.Errorf("%d of %d records came", len(records), len(p.lines))
			}
			if err := gather(second); err != nil {
				return err
			}
		}
		return check(sorted(records), p.lines)
	}
}

func sorted(records map[string]*kgo.Record) []*kgo.Record {
	byPartition := map[int32][]*kgo.Record{}
	var all []*kgo.Record
	for _, r := range records {
		byPartition[r.Partition] = append(byPartition[r.Partition], r)
	}
	for _, some := range byPartition {
		for i := range some {
			for j := i; j > 0 && some[j].Offset < some[j-1].Offset; j-- {
				some[j], some[j-1] = some[j-1], some[j]
			}
		}
		all = append(all, some...)
	}
	return all
}

// assigned: how many partitions the coordinator says that a member has.
func assigned(ctx context.Context, p peer, group, member string) int {
	client, err := p.client()
	if err != nil {
		return 0
	}
	defer client.Close()
	described, err := kadm.NewClient(client).DescribeGroups(ctx, group)
	if err != nil || described[group].State != "Stable" {
		return 0
	}
	for _, m := range described[group].Members {
		if m.MemberID == member {
			if assignment, ok := m.Assigned.AsConsumer(); ok {
				count := 0
				for _, t := range assignment.Topics {
					count += len(t.Partitions)
				}
				return count
			}
		}
	}
	return 0
}

func commitResume(ctx context.Context, p peer, topic string) error {
	if err := p.create(ctx, topic, 1); err != nil {
		return err
	}
	if err := p.produce(ctx, topic, p.lines); err != nil {
		return err
	}
	client, err := p.client()
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	half := int64(len(p.lines) / 2)
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: half, LeaderEpoch: -1, Metadata: "half-way: straße"})
	if err := admin.CommitAllOffsets(ctx, topic, offsets); err != nil {
		return err
	}
	fetched, err := admin.FetchOffsets(ctx, topic)
	if err != nil {
		return err
	}
	if found, _ := fetched.Lookup(topic, 0); found.At != half || found.Metadata != "half-way: straße" {
		return fmt.Errorf("committed %v", found)
	}
	return p.readAll(ctx, topic, p.lines[half:])
}

func administration(ctx context.Context, p peer, topic string) error {
	if err := p.create(ctx, topic, 2); err != nil {
		return err
	}
	if err := p.create(ctx, topic, 2); !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("the same topic twice: %v", err)
	}
	if err := p.produce(ctx, topic, p.lines); err != nil {
		return err
	}
	client, err := p.client()
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	ends, err := admin.ListEndOffsets(ctx, topic)
	if err != nil || ends.Error() != nil {
		return fmt.Errorf("end offsets: %v %v", err, ends.Error())
	}
	var sum int64
	ends.Each(func(o kadm.ListedOffset) { sum += o.Offset })
	if sum != int64(len(p.lines)) {
		return fmt.Errorf("the end offsets add up to %d", sum)
	}
	if _, err := admin.UpdatePartitions(ctx, 4, topic); err != nil {
		return err
	}
	value := "7200000"
	if _, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Name: "retention.ms", Value: &value}}, topic); err != nil {
		return err
	}
	configs, err := admin.DescribeTopicConfigs(ctx, topic)
	if err != nil {
		return err
	}
	found, err := configs.On(topic, nil)
	if err != nil || found.Err != nil {
		return fmt.Errorf("describe: %v %v", err, found.Err)
	}
	kept := false
	for _, config := range found.Configs {
		kept = kept || (config.Key == "retention.ms" && config.MaybeValue() == value)
	}
	if !kept {
		return errors.New("retention.ms was not kept")
	}
	if _, err := admin.DescribeAllLogDirs(ctx, nil); err != nil {
		return fmt.Errorf("log dirs: %w", err)
	}
	deleted, err := admin.DeleteTopics(ctx, topic)
	if err != nil || deleted[topic].Err != nil {
		return fmt.Errorf("delete: %v %v", err, deleted[topic].Err)
	}
	return nil
}

func transactions(ctx context.Context, p peer, topic string) error {
	if err := p.create(ctx, topic, 3); err != nil {
		return err
	}
	client, err := p.client(kgo.TransactionalID(topic), kgo.RequestRetries(3))
	if err != nil {
		return err
	}
	defer client.Close()
	short, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if err := client.BeginTransaction(); err != nil {
		return err
	}
	var records []*kgo.Record
	for _, l := range p.lines {
		records = append(records, record(topic, l))
	}
	if err := client.ProduceSync(short, records...).FirstErr(); err != nil {
		return err
	}
	if err := client.EndTransaction(short, kgo.TryCommit); err != nil {
		return err
	}
	return p.readAll(ctx, topic, p.lines, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
}

var scenarios = map[string]func(context.Context, peer, string) error{
	"codec-none":        codec(kgo.NoCompression()),
	"codec-gzip":        codec(kgo.GzipCompression()),
	"codec-snappy":      codec(kgo.SnappyCompression()),
	"codec-lz4":         codec(kgo.Lz4Compression()),
	"codec-zstd":        codec(kgo.ZstdCompression()),
	"acks-1":            roundTrip(kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite()),
	"auto-create":       autoCreate,
	"group-cooperative": group(),
	"group-range":       group(kgo.Balancers(kgo.RangeBalancer())),
	"commit-resume":     commitResume,
	"admin":             administration,
	"transactions":      transactions,
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
