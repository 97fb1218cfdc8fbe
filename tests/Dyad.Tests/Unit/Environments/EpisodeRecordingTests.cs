using System.Text;
using System.Text.Json;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.ClassicControl;
using Dyad.Environments.Recording;
using Dyad.Environments.Wrappers;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class EpisodeRecordingTests
{
    [Fact]
    public void An_episode_is_read_as_it_was_written()
    {
        EpisodeRecording recording = Record(out double[][] states);
        EpisodeRecording read = Read(Written(recording));
        Assert.Equal("CartPole-v1", read.Task);
        Assert.Equal(0.02, read.TimeStep);
        Assert.Equal(["x", "x_dot", "theta", "theta_dot"], read.Columns);
        Assert.Equal(RecordingEnd.Terminated, read.End);
        Assert.Contains("cart-pole", read.Scene, StringComparison.Ordinal);
        Assert.Equal(states.Length, read.Rows);
        Assert.Equal(states.Length - 1, read.Return);
        for (int row = 0; row < states.Length; row++)
        {
            Assert.Equal(states[row].Select(x => (float)x), read.Row(row).ToArray());
            Assert.Equal(row == 0 ? 0 : 1, read.Reward(row));
        }
    }

    [Fact]
    public void The_first_line_is_json_and_numbers_follow()
    {
        var recording = new EpisodeRecording("Task", 0.5, ["a", "b"], """{"floor":true}""");
        recording.Add([1, 2], 0);
        recording.Add([3, -4.5], 7);
        byte[] bytes = Written(recording);
        int line = Array.IndexOf(bytes, (byte)'\n');
        JsonElement header = JsonDocument.Parse(bytes.AsMemory(0, line)).RootElement;
        Assert.Equal("dyad-episode", header.GetProperty("format").GetString());
        Assert.Equal(1, header.GetProperty("version").GetInt32());
        Assert.Equal(2, header.GetProperty("rows").GetInt32());
        Assert.Equal("cut", header.GetProperty("end").GetString());
        Assert.True(header.GetProperty("scene").GetProperty("floor").GetBoolean());
        Assert.Equal(
            [0f, 1f, 2f, 7f, 3f, -4.5f],
            Enumerable.Range(0, 6).Select(i => BitConverter.ToSingle(bytes, line + 1 + (4 * i))));
        Assert.Equal(bytes.Length, line + 1 + 24);
        Assert.Equal("""{"floor":true}""", Read(bytes).Scene);
    }

    [Fact]
    public void A_broken_recording_is_one_sentence()
    {
        byte[] bytes = Written(Record(out _));
        Assert.Contains("cut off", Refused(bytes[..^1]), StringComparison.Ordinal);
        Assert.Contains("more than", Refused([.. bytes, 0]), StringComparison.Ordinal);
        Assert.Contains("no recording", Refused([]), StringComparison.Ordinal);
        Assert.Contains("no recording", Refused([1, 2, 3]), StringComparison.Ordinal);
        Assert.Contains("broken", Refused(Encoding.UTF8.GetBytes("{\"format\":3}\n")), StringComparison.Ordinal);
        Assert.Contains("broken", Refused(Encoding.UTF8.GetBytes("{}\n")), StringComparison.Ordinal);
        string text = Encoding.Latin1.GetString(bytes);
        Assert.Contains("version 1", Refused(Encoding.Latin1.GetBytes(text.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Contains("broken", Refused(Encoding.Latin1.GetBytes(text.Replace("\"rows\":", "\"rows\":-", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused() => Assert.Contains(
        "'Line' cannot be recorded", Assert.Throws<UserError>(() => new EpisodeRecorder(new LineEnvironment(), "Line")).Message, StringComparison.Ordinal);

    private static EpisodeRecording Record(out double[][] states)
    {
        using var environment = new EpisodeRecorder(EnvironmentRegistry.Create("CartPole-v1"), "CartPole-v1");
        IClassicTask task = EnvironmentWrapper.Find<IClassicTask>(environment)!;
        double[] observation = new double[4];
        var rows = new List<double[]>();
        environment.Reset(observation, 3);
        StepResult result;
        do
        {
            rows.Add(State());
            result = environment.Step([1], observation);
        }
        while (!result.Done);
        rows.Add(State());
        states = [.. rows];
        return environment.Recording;

        double[] State()
        {
            double[] state = new double[4];
            task.CopyRow(state);
            return state;
        }
    }

    private static byte[] Written(EpisodeRecording recording)
    {
        using var stream = new MemoryStream();
        recording.Write(stream);
        return stream.ToArray();
    }

    private static EpisodeRecording Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return EpisodeRecording.Read(stream);
    }

    private static string Refused(byte[] bytes) => Assert.Throws<UserError>(() => Read(bytes)).Message;
}
