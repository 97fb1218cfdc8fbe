using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Algorithms.Tabular;
using Dyad.Core;
using Dyad.Environments.Locating;
using Dyad.Numerics;
using Dyad.Report;
using Dyad.Studies;
using Dyad.Studies.Results;
using Dyad.Tabular;
using Dyad.Training;

namespace Dyad.Tests.Unit.Studies;

/// <summary>Policies that tabular runs leave, and the pictures that are drawn of them.</summary>
[Trait("Category", "unit")]
public sealed class GridPictureTests : IDisposable
{
    private static readonly LocatedTask FourRoom = TaskLocator.Find("FourRoom");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("actor-o")]
    [InlineData("stack-ac")]
    [InlineData("res-ac")]
    [InlineData("q-learning")]
    [InlineData("policy-gradient")]
    [InlineData("policy-iteration")]
    [InlineData("soft-policy-iteration")]
    public void Every_tabular_method_leaves_a_policy_that_acts_as_it_does(string method)
    {
        var learner = (ITabularLearner)MethodCatalog.Tabular(method).With([]).Create(FourRoom.Mdp!, new RandomStream(3));
        for (int i = 0; i < 5; i++)
        {
            learner.Advance();
        }

        TabularPolicyFile.Write(learner, _folder.FullPath);
        StoredTable table = TabularPolicyFile.Read(_folder.PathOf("policy.safetensors"));
        Assert.Equal(learner.Step, table.Step);
        Assert.Equal(learner.Policy.Probabilities.ToArray(), table.Policy, new Within(1e-6));
        Assert.Equal(learner.Critic.ToArray(), table.Critic, new Within(1e-6));
        Assert.Equal(learner.ResCritic.ToArray(), table.ResCritic, new Within(1e-6));

        // Read as any policy is, it takes the most probable action from each cell.
        Policy policy = Policy.Load(_folder.PathOf("policy.safetensors"));
        double[] action = new double[1];
        for (int state = 0; state < FourRoom.Mdp!.States; state++)
        {
            double[] observation = new double[FourRoom.Mdp.States];
            observation[state] = 1;
            policy.Act(observation, action);
            ReadOnlySpan<double> probabilities = learner.Policy.At(state);
            Assert.Equal(probabilities.ToArray().Max(), probabilities[(int)action[0]], 1e-6);
        }
    }

    [Fact]
    public void A_picture_has_the_true_values_of_the_policies_that_one_seed_kept()
    {
        TrainingStudy study = TrainingStudy.Tabular(MethodCatalog.Tabular("res-ac"), FourRoom, new TrainingRequest([], 6000, 600, 4));
        StudyResult result = StudyRunner.Execute(
            study, new StudyRequest(StudyScale.Quick, 2, 1, _folder.FullPath, ""), _ => { }, _ => { }, CancellationToken.None).Result;
        GridChart grid = Assert.Single(result.Charts.OfType<GridChart>());
        GridLine line = Assert.Single(grid.Lines);
        Assert.InRange(line.Frames.Count, 10, 12);
        Assert.Equal(line.Frames.Select(frame => frame.Step).Order(), line.Frames.Select(frame => frame.Step));
        Assert.Equal(["critic q", "q + w", "true value"], line.Frames[^1].Values.Select(values => values.Name));
        Assert.Equal(208, grid.Cells.Length);
        string seeds = Path.Combine(_folder.FullPath, "train", "res-ac", "FourRoom");
        Assert.False(Directory.Exists(Path.Combine(seeds, "seed-5", "policies")));

        // By a policy evaluation of its own.
        StoredTable table = TabularPolicyFile.Read(Path.Combine(seeds, "seed-4", "policies", $"step-{line.Frames[^1].Step}.safetensors"));
        var evaluation = new PolicyEvaluation(FourRoom.Mdp!, table.ToPolicy(FourRoom.Mdp!));
        Assert.Equal(evaluation.StateValue.ToArray(), line.Frames[^1].Values[2].Values.Select(value => (double)value), new Within(1e-5));

        // Through a file and onto a page.
        StudyResult read = SummaryFile.Read(Path.Combine(_folder.FullPath, study.ResultFolder));
        Assert.Equal(line.Frames[^1].Policy, read.Charts.OfType<GridChart>().Single().Lines[0].Frames[^1].Policy);
        Assert.Contains("class=\"grid-chart\"", ReportPage.Render("Report", "", [read]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_lacks_cells_is_damage()
    {
        GridChart grid = ReportSamples.Grid();
        GridFrame frame = grid.Lines[0].Frames[0];
        SummaryFile.Write(_folder.FullPath, ReportSamples.Study() with { Charts = [grid] });
        Assert.Single(SummaryFile.Read(_folder.FullPath).Charts);
        foreach (GridFrame wrong in new[] { frame with { Policy = new float[7] }, frame with { Visits = [] }, frame with { Values = [new GridValues("true value", new float[3])] } })
        {
            SummaryFile.Write(_folder.FullPath, ReportSamples.Study() with { Charts = [grid with { Lines = [new GridLine("a", [wrong])] }] });
            Assert.Contains("a value for each of its cells", Assert.Throws<UserError>(() => SummaryFile.Read(_folder.FullPath)).Message, StringComparison.Ordinal);
        }
    }

    private sealed class Within(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(double value) => 0;
    }
}
