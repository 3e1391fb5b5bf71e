// sarama: the client of most Go services and exporters. Its versions follow from a configured Kafka version.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

type line struct {
	seq       int
	key, text string
}

type peer struct {
	bootstrap []string
	lines     []line
}

func settings(version sarama.KafkaVersion) *sarama.Config {
	config := sarama.NewConfig()
	config.Version = version
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Group.Heartbeat.Interval = 300 * time.Millisecond
	return config
}

func (p peer) create(config *sarama.Config, topic string, partitions int32) error {
	admin, err := sarama.NewClusterAdmin(p.bootstrap, config)
	if err != nil {
		return err
	}
	defer admin.Close()
	return admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1}, false)
}

func (p peer) produce(config *sarama.Config, topic string, lines []line) error {
	producer, err := sarama.NewSyncProducer(p.bootstrap, config)
	if err != nil {
		return err
	}
	defer producer.Close()
	for start := 0; start < len(lines); start += 100 {
		var batch []*sarama.ProducerMessage
		for _, l := range lines[start:min(start+100, len(lines))] {
			message := &sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder(l.key), Value: sarama.StringEncoder(l.text)}
			if config.Version.IsAtLeast(sarama.V0_11_0_0) {
				message.Headers = []sarama.RecordHeader{{Key: []byte("app"), Value: []byte("straße")}}
			}
			batch = append(batch, message)
		}
		if err := producer.SendMessages(batch); err != nil {
			return err
		}
	}
	return nil
}

// reader gathers what a group member gets, once each by partition and offset.
type reader struct {
	sync.Mutex
	found map[string]*sarama.ConsumerMessage
	want  int
	done  func()
}

func (*reader) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*reader) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (r *reader) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		session.MarkMessage(message, "seen: straße")
		r.Lock()
		r.found[fmt.Sprintf("%05d %012d", message.Partition, message.Offset)] = message
		if len(r.found) >= r.want {
			r.done()
		}
		r.Unlock()
	}
	return nil
}

func (p peer) read(config *sarama.Config, topic string, count int) ([]*sarama.ConsumerMessage, error) {
	group, err := sarama.NewConsumerGroup(p.bootstrap, topic, config)
	if err != nil {
		return nil, err
	}
	defer group.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r := &reader{found: map[string]*sarama.ConsumerMessage{}, want: count, done: cancel}
	for ctx.Err() == nil {
		if err := group.Consume(ctx, []string{topic}, r); err != nil && ctx.Err() == nil {
			return nil, err
		}
	}
	r.Lock()
	defer r.Unlock()
	var places []string
	for place := range r.found {
		places = append(places, place)
	}
	sort.Strings(places)
	var messages []*sarama.ConsumerMessage
	for _, place := range places {
		messages = append(messages, r.found[place])
	}
	return messages, nil
}

// check: every line came back once, as it was sent, and in order within its partition.
func check(config *sarama.Config, found []*sarama.ConsumerMessage, lines []line) error {
	if len(found) != len(lines) {
		return fmt.Errorf("%d of %d records came back", len(found), len(lines))
	}
	place := map[string]int{}
	for _, l := range lines {
		place[l.key+"\t"+l.text] = l.seq
	}
	last := map[int32]int{}
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
		if config.Version.IsAtLeast(sarama.V0_11_0_0) && (len(message.Headers) != 1 || string(message.Headers[0].Value) != "straße") {
			return fmt.Errorf("record %d has the headers %v", seq, message.Headers)
		}
	}
	return nil
}

func roundTrip(version sarama.KafkaVersion, change func(*sarama.Config)) func(peer, string) error {
	return func(p peer, topic string) error {
		config := settings(version)
		change(config)
		if err := p.create(config, topic, 3); err != nil {
			return err
		}
		if err := p.produce(config, topic, p.lines); err != nil {
			return err
		}
		found, err := p.read(config, topic, len(p.lines))
		if err != nil {
			return err
		}
		return check(config, found, p.lines)
	}
}

func codec(c sarama.CompressionCodec) func(peer, string) error {
	return roundTrip(sarama.V2_8_0_0, func(config *sarama.Config) { config.Producer.Compression = c })
}

func autoCreate(p peer, topic string) error {
	config := settings(sarama.V2_8_0_0)
	if err := p.produce(config, topic, p.lines); err != nil {
		return err
	}
	found, err := p.read(config, topic, len(p.lines))
	if err != nil {
		return err
	}
	return check(config, found, p.lines)
}

func commitResume(p peer, topic string) error {
	config := settings(sarama.V2_8_0_0)
	if err := p.create(config, topic, 3); err != nil {
		return err
	}
	half := len(p.lines) / 2
	for _, some := range [][]line{p.lines[:half], p.lines[half:]} {
		if err := p.produce(config, topic, some); err != nil {
			return err
		}
		found, err := p.read(config, topic, len(some))
		if err != nil {
			return err
		}
		if err := check(config, found, some); err != nil {
			return err
		}
	}
	return nil
}

// administration is what an exporter asks: offsets, groups, members, committed offsets with their metadata.
func administration(p peer, topic string) error {
	config := settings(sarama.V2_8_0_0)
	if err := commitResume(p, topic); err != nil {
		return err
	}
	admin, err := sarama.NewClusterAdmin(p.bootstrap, config)
	if err != nil {
		return err
	}
	defer admin.Close()
	groups, err := admin.ListConsumerGroups()
	if err != nil || groups[topic] == "" {
		return fmt.Errorf("groups: %v %v", groups, err)
	}
	described, err := admin.DescribeConsumerGroups([]string{topic})
	if err != nil || !errors.Is(described[0].Err, sarama.ErrNoError) {
		return fmt.Errorf("describe: %v %v", described, err)
	}
	offsets, err := admin.ListConsumerGroupOffsets(topic, nil)
	if err != nil {
		return err
	}
	var sum int64
	for _, block := range offsets.Blocks[topic] {
		sum += block.Offset
		if block.Metadata != "seen: straße" {
			return fmt.Errorf("committed with %q", block.Metadata)
		}
	}
	if sum != int64(len(p.lines)) {
		return fmt.Errorf("committed in all: %d", sum)
	}
	if err := admin.CreatePartitions(topic, 5, nil, false); err != nil {
		return err
	}
	value := "7200000"
	if err := admin.AlterConfig(sarama.TopicResource, topic, map[string]*string{"retention.ms": &value}, false); err != nil {
		return err
	}
	if err := kept(admin, topic, value); err != nil {
		return err
	}
	if _, err := admin.DescribeLogDirs([]int32{1}); err != nil {
		return err
	}
	if err := admin.DeleteConsumerGroup(topic); err != nil {
		return err
	}
	return admin.DeleteTopic(topic)
}

// kept: the broker that is asked may hear of the change a moment later.
func kept(admin sarama.ClusterAdmin, topic, value string) error {
	resource := sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"}}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		entries, err := admin.DescribeConfig(resource)
		if err == nil && len(entries) == 1 && entries[0].Value == value {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("retention.ms: %v %v", entries, err)
		}
	}
}

var scenarios = map[string]func(peer, string) error{
	"codec-none":    codec(sarama.CompressionNone),
	"codec-gzip":    codec(sarama.CompressionGZIP),
	"codec-snappy":  codec(sarama.CompressionSnappy),
	"codec-lz4":     codec(sarama.CompressionLZ4),
	"codec-zstd":    codec(sarama.CompressionZSTD),
	"oldest":        roundTrip(sarama.V1_0_0_0, func(*sarama.Config) {}),
	"newest":        roundTrip(sarama.MaxVersion, func(*sarama.Config) {}),
	"auto-create":   autoCreate,
	"commit-resume": commitResume,
	"admin":         administration,
	"idempotent": roundTrip(sarama.V2_8_0_0, func(config *sarama.Config) {
		config.Producer.Idempotent = true
		config.Net.MaxOpenRequests = 1
	}),
}

func main() {
	p := peer{bootstrap: []string{os.Args[1]}}
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
		if err := scenarios[name](p, os.Args[3]+name); err != nil {
			fmt.Printf("fail %s %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("ok %s\n", name)
		}
	}
}
