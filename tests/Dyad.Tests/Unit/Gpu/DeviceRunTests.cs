using System.Text.Json.Nodes;
using Dyad.Algorithms.Catalog;
using Dyad.Cli.Commands;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Gpu;
using Dyad.Studies;
using Dyad.Tests.Unit.Cli;
using Dyad.Training;

namespace Dyad.Tests.Unit.Gpu;

/// <summary>Runs of a study on a device: groups, stops, folders.</summary>
[Collection(InProcess.Name)]
[Trait("Category", "unit")]
public sealed class DeviceRunTests : IDisposable
{
    private static readonly (string, string)[] Options =
        [("hidden_width", "4"), ("hidden_layers", "1"), ("batch_size", "3"), ("random_steps", "5"), ("update_after", "6")];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Runs_that_were_stopped_go_on_to_the_same_bits_and_are_not_mixed_with_the_processors()
    {
        Execute("whole", seeds: 2, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Execute("stopped", seeds: 2, stop.Token, progress =>
        {
            if (progress.Run.Step is > 5 and < 12)
            {
                stop.Cancel();
            }
        }));
        Execute("stopped", seeds: 2, CancellationToken.None);
        foreach (int seed in new[] { 0, 1 })
        {
            Assert.Equal(Policy("whole", seed), Policy("stopped", seed));
        }

        // One run alone has the bits that it has among others.
        Execute("alone", seeds: 1, CancellationToken.None);
        Assert.Equal(Policy("whole", 0), Policy("alone", 0));
        JsonObject status = new RunDirectory(FolderOf("whole", 0)).ReadStatus()!;
        Assert.Equal("CPUAccelerator", (string?)status["device"]);
        string sentence = Assert.Throws<UserError>(() => Execute("whole", seeds: 2, CancellationToken.None, device: false)).Message;
        Assert.Contains("was computed on a GPU", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_learns_on_the_processor_alone_is_told_before_anything_is_written()
    {
        var study = TrainingStudy.Agent(MethodCatalog.Agent("dqn"), TaskLocator.Find("CartPole-v1"), new TrainingRequest([], 10, 10, 0));
        using var device = new GpuTraining(onProcessor: true);
        var request = new StudyRequest(StudyScale.Quick, 1, 1, _folder.PathOf("dqn"), "") { Device = device };
        string sentence = Assert.Throws<UserError>(() => StudyRunner.Execute(study, request, _ => { }, _ => { }, CancellationToken.None)).Message;
        Assert.Contains("leave it out", sentence, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("dqn", "train")));
    }

    [Fact]
    public void Without_a_gpu_one_sentence_says_so()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidiactl"), "this machine has a GPU");
        string sentence = InProcess.Run("train", "sac", "Pendulum-v1", "--steps", "10", "--device", "gpu", "--out", _folder.PathOf("none")).Refused();
        Assert.StartsWith("dyad: --device is gpu, and this machine has no NVIDIA GPU", sentence, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("none")));
        Assert.Contains("it must be processor or gpu", InProcess.Run("train", "sac", "Pendulum-v1", "--device", "tpu").Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_says_by_what_it_was_computed_and_repeats_it()
    {
        File.WriteAllText(_folder.PathOf("small.yaml"), $"title: Small\nenvironments: Pendulum-v1\nmax_episode_steps: 5\nsteps: 14\nrows: 2\nseeds: 1\nevaluation_episodes: 1\noptions: {{ {string.Join(", ", Options.Select(option => $"{option.Item1}: {option.Item2}"))} }}\nmethods:\n  - {{ name: sac, method: sac }}\n");
        string file = _folder.PathOf("small.yaml"), output = _folder.PathOf("small");
        JsonObject Summary() => JsonNode.Parse(File.ReadAllText(Path.Combine(output, "small", "summary.json")))!.AsObject();
        Environment.SetEnvironmentVariable(DeviceOption.AcceleratorVariable, "processor");
        try
        {
            InProcess.Run("study", file, "--out", output, "--device", "gpu").Succeeded();
            Assert.EndsWith(" --device gpu", (string)Summary()["command"]!, StringComparison.Ordinal);
            Assert.Equal($"{StudyRunner.Machine}, with CPUAccelerator", (string?)Summary()["machine"]);

            // A file may ask for it, where every command that runs it heeds it.
            File.AppendAllText(file, "device: gpu\n");
            Assert.Contains("seed 0: ", InProcess.Run("study", "run", file, "--index", "0", "--out", output).Succeeded().Output, StringComparison.Ordinal);
            Assert.Contains("was computed on a GPU", InProcess.Run("study", "run", file, "--index", "0", "--out", output, "--device", "processor").Refused(), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(DeviceOption.AcceleratorVariable, null);
        }
    }

    [Fact]
    public void On_a_cluster_a_gpu_is_refused()
    {
        File.WriteAllText(_folder.PathOf("small.yaml"), "title: Small\nenvironments: Pendulum-v1\nsteps: 14\ndevice: gpu\nmethods:\n  - { name: sac, method: sac }\n");
        string file = _folder.PathOf("small.yaml");
        foreach (string[] asked in new[] { new[] { "study", file }, ["study", file, "--device", "gpu"], ["reproduce", "stackelberg/pendulum", "--device", "gpu"] })
        {
            Assert.Contains("on Slurm updates are computed on the processor", InProcess.Run([.. asked, "--on", "slurm", "--dry-run", "--out", _folder.PathOf("slurm")]).Refused(), StringComparison.Ordinal);
        }
    }

    private void Execute(string output, int seeds, CancellationToken cancellation, Action<StudyProgress>? progress = null, bool device = true)
    {
        var study = TrainingStudy.Agent(
            MethodCatalog.Agent("sac"), TaskLocator.Find("Pendulum-v1").WithLimit(5), new TrainingRequest(Options, 14, 7, 0, EvaluationEpisodes: 1));
        using GpuTraining? training = device ? new GpuTraining(onProcessor: true) : null;
        StudyRunner.Execute(
            study, new StudyRequest(StudyScale.Quick, seeds, 2, _folder.PathOf(output), "") { Device = training }, progress ?? (_ => { }), _ => { }, cancellation);
    }

    private byte[] Policy(string output, int seed) => File.ReadAllBytes(Path.Combine(FolderOf(output, seed), "policy.safetensors"));

    private string FolderOf(string output, int seed) => Path.GetDirectoryName(
        Directory.GetFiles(_folder.PathOf(output), "run.json", SearchOption.AllDirectories).Single(path => path.Contains($"seed-{seed}", StringComparison.Ordinal)))!;
}
