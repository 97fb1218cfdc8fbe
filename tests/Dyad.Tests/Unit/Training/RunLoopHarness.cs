using Dyad.Core;
using Dyad.Training;

namespace Dyad.Tests.Unit.Training;

/// <summary>Runs of a learner that counts, under a clock that ticks a second a step.</summary>
public abstract class RunLoopHarness : IDisposable
{
    private protected readonly TempFolder _folder = new();
    private protected readonly FakeClock _clock = new();
    private protected readonly List<string> _warnings = [];

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static Run Count(long steps, long measureEvery, int stride = 1) =>
        new(new RunConfig(new("counter", []), new("line"), new(0), new(measureEvery)), () => new Counter(stride), steps);

    private protected RunDirectory Directory(string name) => new(_folder.PathOf(name));

    private protected double[] Steps(string name)
    {
        IReadOnlyDictionary<string, double[]> columns = MetricsLog.Read(Directory(name).MetricsPath);
        Assert.Equal(columns["step"], columns["count"]);
        return columns["step"];
    }

    private protected static BuildIdentity Build { get; } = new("0.0.0", "abc", "1111111111111111", 256);

    private protected void Execute(string name, Run run, BuildIdentity? build = null) => Advance(name, run, CancellationToken.None, build);

    // Refused in one sentence, which has a part and advises to throw nothing away; the folder stays as it is.
    private protected string AssertRefused(string part)
    {
        string[] Files() => [.. System.IO.Directory.GetFiles(_folder.PathOf("run"), "*", SearchOption.AllDirectories).Where(path => !path.Contains("owner-", StringComparison.Ordinal))
            .Order().Select(path => $"{path} {Convert.ToHexString(File.ReadAllBytes(path))}")];
        string[] before = Files();
        string sentence = Assert.Throws<UserError>(() => Execute("run", Count(30, 5))).Message;
        Assert.Contains(part, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("remove the run's folder", sentence, StringComparison.Ordinal);
        Assert.Equal(before, Files());
        return sentence;
    }

    private protected void DamageAll(string name)
    {
        foreach (string file in System.IO.Directory.GetFiles(Directory(name).CheckpointPath, "*.bin"))
        {
            File.WriteAllText(file, "damaged");
        }
    }

    private protected void Advance(string name, Run run, CancellationToken cancellation, BuildIdentity? build = null, ProcessIdentity? process = null) =>
        new RunLoop(_clock, build ?? Build, "a machine", TimeSpan.FromSeconds(1000), process)
            .Execute(Directory(name), Ticking(run), _ => { }, _warnings.Add, cancellation);

    private protected void StopAt(string name, Run run, long step)
    {
        using var stop = new CancellationTokenSource();
        Run stopping = run with
        {
            Create = () => new Counter(1, now =>
            {
                if (now == step)
                {
                    stop.Cancel();
                }

                return 0;
            }),
        };
        Assert.Throws<OperationCanceledException>(() => Advance(name, stopping, stop.Token));
    }

    // A step takes a second.
    private protected Run Ticking(Run run) => run with
    {
        Create = () =>
        {
            var learner = (Counter)run.Create();
            learner.Advanced += () => _clock.Advance(TimeSpan.FromSeconds(1));
            return learner;
        },
    };

    // Tells when it advances and when its rows are saved.
    private protected sealed class Watched(Counter inner, Action<string, long> at) : IIterative, IAppendOnlyState
    {
        public long Step => inner.Step;

        public void Advance()
        {
            inner.Advance();
            at("step", inner.Step);
        }

        public void Measure(IMetrics metrics) => inner.Measure(metrics);

        public void Serialize(StateArchive archive) => inner.Serialize(archive);

        public void SaveRows(string folder)
        {
            File.WriteAllText(Path.Combine(folder, "rows.bin"), $"{inner.Step}");
            at("rows", inner.Step);
        }

        public void LoadRows(string folder)
        {
        }
    }

    private protected sealed class Counter(int stride, Func<long, int>? onStep = null, string field = "step") : IIterative
    {
        private long _step;
        private long _since;

        public event Action? Advanced;

        public long Step => _step;

        public void Advance()
        {
            _step += stride;
            _since += stride;
            Advanced?.Invoke();
            onStep?.Invoke(_step);
        }

        public void Measure(IMetrics metrics)
        {
            metrics.Record("count", _step);
            metrics.Record("since", _since);
            metrics.Record("eval/return", Math.Min(_step, 10));
            _since = 0;
        }

        public void Serialize(StateArchive archive)
        {
            archive.Value(field, ref _step);
            archive.Value("since", ref _since);
        }
    }
}
