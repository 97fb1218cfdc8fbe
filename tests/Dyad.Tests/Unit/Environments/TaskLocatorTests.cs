using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Environments.Wrappers;

namespace Dyad.Tests.Unit.Environments;

[Trait("Category", "unit")]
public sealed class TaskLocatorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_is_a_task_of_the_registry_in_its_limit()
    {
        LocatedTask task = TaskLocator.FindForAgents("Pendulum-v1");
        Assert.Equal(("Pendulum-v1", "Pendulum-v1", 200, ""), (task.Name, task.Text, task.MaxEpisodeSteps, task.Fingerprint));
        using IEnvironment environment = task.CreateForAgents();
        Assert.Equal(-1, ((Box)environment.ActionSpace).Low[0]);
        Assert.Equal(200, EnvironmentWrapper.Find<TimeLimit>(environment)!.Limit);
        Assert.Null(EnvironmentWrapper.Find<TerminateAtTimeLimit>(environment));
        using IEnvironment terminates = task.CreateForAgents(timeLimitTerminates: true);
        Assert.NotNull(EnvironmentWrapper.Find<TerminateAtTimeLimit>(terminates));
        using IEnvironment longer = task.WithLimit(1000).CreateForAgents(timeLimitTerminates: true);
        Assert.Null(EnvironmentWrapper.Find<TerminateAtTimeLimit>(longer));
        Assert.Equal(1000, EnvironmentWrapper.Find<TimeLimit>(longer)!.Limit);
        Assert.Equal(200, task.WithLimit(1000).WithLimit(null).MaxEpisodeSteps);
    }

    [Fact]
    public void A_file_is_a_finite_task_that_neural_methods_can_learn_too()
    {
        string path = _folder.PathOf("a map.txt");
        File.WriteAllText(path, "S..\n.#.\n..G\n");
        LocatedTask task = TaskLocator.FindForAgents(path);
        Assert.Equal(("a map", path, 300), (task.Name, task.Text, task.MaxEpisodeSteps));
        Assert.Equal(8, task.Mdp!.States);
        using IEnvironment environment = task.Create();
        Assert.Equal(8, environment.ObservationSpace.Size);
        Assert.All(EnvironmentChecker.Check(task.Create, task.Name), finding => Assert.True(finding.Holds, finding.Problem));

        // Another content under the same name is told apart.
        string before = task.Fingerprint;
        File.WriteAllText(path, "S..\n...\n..G\n");
        Assert.NotEqual(before, TaskLocator.Find(path).Fingerprint);
    }

    [Fact]
    public void A_file_whose_name_is_no_name_for_a_folder_gets_one()
    {
        string path = _folder.PathOf("...txt");
        File.WriteAllText(path, "SG\n");
        Assert.Equal("task", TaskLocator.Find(path).Name);
    }

    [Fact]
    public void A_library_that_changed_under_its_name_is_told_apart()
    {
        string path = _folder.PathOf("own.dll");
        File.Copy(typeof(OwnTask).Assembly.Location, path);
        LocatedTask task = TaskLocator.FindForAgents($"{path}:OwnTask");
        Assert.Equal(("OwnTask", $"{path}:OwnTask", null), (task.Name, task.Text, task.MaxEpisodeSteps));
        Assert.Equal(16, task.Fingerprint.Length);
        Assert.Equal(task.Fingerprint, TaskLocator.Find($"{path}:OwnTask").WithLimit(7).Fingerprint);

        // Another file in its place: .NET holds the one that it has read.
        byte[] other = [.. File.ReadAllBytes(path), 0];
        File.Delete(path);
        File.WriteAllBytes(path, other);
        Assert.NotEqual(task.Fingerprint, TaskLocator.Find($"{path}:OwnTask").Fingerprint);
    }

    [Fact]
    public void A_task_of_ones_own_is_guarded_and_takes_a_limit()
    {
        string path = _folder.PathOf("own.dll");
        File.Copy(typeof(OwnTask).Assembly.Location, path);
        double[] observation = new double[1];
        using (IEnvironment task = TaskLocator.FindForAgents($"{path}:OwnTask").WithLimit(3).CreateForAgents())
        {
            task.Reset(observation, 1);
            Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => task.Step([0], observation).Truncated));
        }

        Assert.Equal(
            "EmptyTask: the observation space has 0 lower and 0 upper bounds; it must have as many of both, at least 1",
            Assert.Throws<UserError>(() => TaskLocator.FindForAgents($"{path}:EmptyTask")).Message);
    }

    [Theory]
    [InlineData("CartPole", "there is no environment 'CartPole'; did you mean CartPole-v0 or CartPole-v1?")]
    [InlineData("nosuch.txt", "there is no file 'nosuch.txt'")]
    [InlineData("nosuch.dll:Task", "there is no file 'nosuch.dll'")]
    public void What_is_no_task_gets_one_sentence(string text, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<UserError>(() => TaskLocator.Find(text)).Message);

    [Fact]
    public void A_map_takes_its_rules_from_its_name()
    {
        string path = _folder.PathOf("maze.txt");
        File.WriteAllText(path, "S.\n.G");
        LocatedTask plain = TaskLocator.Find(path), other = TaskLocator.Find($"{path}?goal=absorb&slip=0.2&gamma=0.95");
        Assert.Equal(("maze-goal-absorb-slip-0.2-gamma-0.95", $"{path}?goal=absorb&slip=0.2&gamma=0.95"), (other.Name, other.Text));
        Assert.Equal((0.9, 0.95), (plain.Mdp!.Discount, other.Mdp!.Discount));
        Assert.True(other.Mdp.IsTerminal(3) && !plain.Mdp.IsTerminal(3));
        Assert.NotEqual(plain.Fingerprint, other.Fingerprint);
        Assert.Equal(other.Fingerprint, TaskLocator.Find(other.Text).Fingerprint);

        // A file of that very name is that file.
        File.Copy(path, _folder.PathOf("maze.txt?goal=stay"));
        Assert.Equal(_folder.PathOf("maze.txt?goal=stay"), TaskLocator.Find(_folder.PathOf("maze.txt?goal=stay")).Text);
        Assert.Equal(0.9, TaskLocator.Find(_folder.PathOf("maze.txt?goal=stay")).Mdp!.Discount);
        foreach ((string query, string sentence) in new[]
        {
            ("goal=never", "goal is 'never'; it must be restart, absorb or stay"), ("slip=much", "slip is 'much'; it must be a number"),
            ("gamma=NaN", "gamma is 'NaN'; it must be a number"), ("slip=1e400", "slip is '1e400'; it must be a number"),
            ("slip=2", "slip is 2; it must be at least 0"), ("gama=1", "did you mean gamma?"), ("slip", "'slip' is no key=value"),
        })
        {
            Assert.Contains(sentence, Assert.Throws<UserError>(() => TaskLocator.Find($"{path}?{query}")).Message, StringComparison.Ordinal);
        }
    }
}
