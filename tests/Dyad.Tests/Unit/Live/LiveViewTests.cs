using System.Net;
using Dyad.Core;
using Dyad.Live;

namespace Dyad.Tests.Unit.Live;

/// <summary>What the live view reads of runs, and from whom it takes orders.</summary>
[Trait("Category", "unit")]
public sealed class LiveViewTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Trouble_is_told_by_what_the_metrics_say()
    {
        Dictionary<string, List<double>> metrics = new()
        {
            ["train/negative_curvatures"] = [0, 3],
            ["train/failures"] = [0, 0],
            ["eval/failures"] = [1, 1],
            ["train/residual_clipped"] = [0.1, 0.75],
            ["train/critic_loss"] = [double.NaN, 1, 2, 1, 1e6],
            ["train/actor_loss"] = [double.NaN, 1, 2, 1, 3],
        };
        Assert.Equal(
            ["negative curvature met by the solver: 3", "failed evaluation episodes: 2", "residual at its clip in 75 % of the samples", "train/critic_loss diverges"],
            RunWarnings.Of(metrics));
        metrics["train/actor_loss"][^1] = double.NaN;
        Assert.Contains("train/actor_loss diverges", RunWarnings.Of(metrics));
        Assert.Empty(RunWarnings.Of(new Dictionary<string, List<double>>()));
    }

    [Fact]
    public void Another_address_than_loopback_needs_a_token()
    {
        string[] arguments = [_folder.FullPath, "0.0.0.0", "80", "fixed"];
        Assert.Contains("token", Assert.Throws<UserError>(() => LiveSettings.Read(arguments, _ => "short")).Message, StringComparison.Ordinal);
        Assert.Equal(IPAddress.Any, LiveSettings.Read(arguments, _ => "0123456789abcdef").Address);
        arguments[1] = "127.0.0.1";
        Assert.Equal("", LiveSettings.Read(arguments, _ => null).Token);
        Assert.Contains("'dyad watch'", Assert.Throws<UserError>(() => LiveSettings.Read(["."], _ => null)).Message, StringComparison.Ordinal);
    }
}
