using System.Diagnostics;
using System.Globalization;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Autodiff;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Tests.Unit.Networks;

/// <summary>
/// Networks in PyTorch's layout. The files that are read are written by a program of a few lines in another language, from the
/// description of the format (<see href="https://github.com/huggingface/safetensors"/>), which also computes what the networks give.
/// </summary>
[Trait("Category", "unit")]
public sealed class StateDictTests : IDisposable
{
    // Linear layers of numbers that differ, tensors in the order of their names, as the format's own library writes them.
    private const string Writer = """
        const fs = require('fs');
        const [file, spec, inputs] = [process.argv[1], JSON.parse(process.argv[2]), JSON.parse(process.argv[3])];
        let k = 0;
        const next = () => Math.fround(Math.sin(++k) * 0.7);
        const tensors = {};
        const outputs = spec.map(({ names, sizes, activation, bias }) => {
            const layers = names.map((name, i) => {
                const weight = Array.from({ length: sizes[i + 1] }, () => Array.from({ length: sizes[i] }, next));
                const add = Array.from({ length: sizes[i + 1] }, bias === false ? () => 0 : next);
                tensors[name + '.weight'] = { shape: [sizes[i + 1], sizes[i]], values: weight.flat() };
                if (bias !== false) tensors[name + '.bias'] = { shape: [sizes[i + 1]], values: add };
                return { weight, add };
            });
            return inputs.map(x => layers.reduce((x, { weight, add }, i) => weight
                .map((row, j) => row.reduce((sum, w, l) => sum + w * x[l], add[j]))
                .map(y => i === layers.length - 1 ? y : activation === 'tanh' ? Math.tanh(y) : Math.max(y, 0)), x.slice(0, sizes[0])));
        });
        const kind = process.argv[4] ?? 'F32', width = kind === 'F64' ? 8 : 4;
        const header = { __metadata__: { format: 'pt' } }, parts = [];
        let offset = 0;
        for (const name of Object.keys(tensors).sort()) {
            const { shape, values } = tensors[name], bytes = Buffer.alloc(values.length * width);
            values.forEach((value, i) => kind === 'F64' ? bytes.writeDoubleLE(value, i * 8) : kind === 'I32' ? bytes.writeInt32LE(1, i * 4) : bytes.writeFloatLE(value, i * 4));
            header[name] = { dtype: kind, shape, data_offsets: [offset, offset += bytes.length] };
            parts.push(bytes);
        }
        const text = Buffer.from(JSON.stringify(header)), length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(text.length));
        fs.writeFileSync(file, Buffer.concat([length, text, ...parts]));
        console.log(JSON.stringify(outputs));
        """;

    private readonly TempFolder _folder = new();

    private string FilePath => _folder.PathOf("made.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(""" ["0", "2", "4"] """, "tanh", "F32")]
    [InlineData(""" ["0", "2", "4"] """, "relu", "F64")]
    [InlineData(""" ["net.0", "net.2", "net.4"] """, "relu", "F32")]
    [InlineData(""" ["model.fc9", "model.fc10", "model.fc11"] """, "relu", "F32")]
    public void A_policy_of_another_program_acts_as_it_does_there(string names, string activation, string kind)
    {
        double[][] observations = [[0.3, -0.8, 2.5], [-1, 0, 0.1]];
        double[][][] expected = Write($$"""[{"names": {{names}}, "sizes": [3, 16, 5, 2], "activation": "{{activation}}"}]""", observations, kind);
        Policy policy = Policy.LoadStateDict(FilePath, Description(Enum.Parse<Activation>(activation, ignoreCase: true)));
        Check(policy);

        // Its own file says the rest.
        policy.Save(_folder.PathOf("policy.safetensors"));
        Check(Policy.Load(_folder.PathOf("policy.safetensors")));

        void Check(Policy any)
        {
            for (int i = 0; i < observations.Length; i++)
            {
                double[] action = new double[2];
                any.Act(observations[i], action);

                // From [-1, 1] to [-2, 2] and [0, 1].
                Assert.Equal(2 * Math.Tanh(expected[0][i][0]), action[0], 1e-5);
                Assert.Equal((Math.Tanh(expected[0][i][1]) + 1) / 2, action[1], 1e-5);
            }
        }
    }

    [Fact]
    public void Actor_and_critic_of_another_program_are_trained_on()
    {
        double[][] inputs = [[0.2, -0.4, 0.9, 0.3]];
        double[][][] expected = Write("""[{"names": ["pi.0", "pi.2"], "sizes": [3, 8, 1]}, {"names": ["q.0", "q.2"], "sizes": [4, 8, 1]}]""", inputs);
        var options = new DdpgOptions { HiddenWidth = 8, HiddenLayers = 1, BatchSize = 16, RandomSteps = 10, UpdateAfter = 20 };
        GameAgent agent = Ddpg.Agent(3, 1, options, new RandomStream(0));
        File.Move(FilePath, _folder.PathOf("both.safetensors"));
        UserError refused = Assert.Throws<UserError>(() => AgentNetworks.Read(_folder.PathOf("both.safetensors"), agent));
        Assert.Contains("'pi'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'q'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'actor.policy'", refused.Message, StringComparison.Ordinal);

        // Under the names of the rule.
        Write("""[{"names": ["actor.0", "actor.2"], "sizes": [3, 8, 1]}, {"names": ["q.0", "q.2"], "sizes": [4, 8, 1]}]""", inputs);
        Assert.Equal(["actor", "critic"], AgentNetworks.Read(FilePath, agent));
        double[] action = new double[1];
        agent.Act(inputs[0].AsSpan(0, 3), action, explore: false);
        Assert.Equal(Math.Tanh(expected[0][0][0]), action[0], 1e-5);
        Assert.Equal(expected[1][0][0], Critic(agent, inputs[0]), 1e-5);

        // Targets are copies of what they follow.
        foreach (AgentNetwork target in agent.Networks.Where(network => network.Source is not null))
        {
            Assert.True(target.Parameters.Values.SequenceEqual(target.Source!.Values));
        }

        float[] before = agent.Policy.Values.ToArray();
        IEnvironment Task() => new RescaleAction(EnvironmentRegistry.Create("Pendulum-v1"));
        using var training = new AgentTraining(agent, Task, Task(), 1, 0);
        while (training.Step < 40)
        {
            training.Advance();
        }

        Assert.False(before.AsSpan().SequenceEqual(agent.Policy.Values));

        // From those numbers on, and not from others: Adam's first steps are of the length of its rate.
        Assert.InRange(before.Zip(agent.Policy.Values.ToArray(), (a, b) => Math.Abs(a - b)).Max(), 1e-6, 0.05);
    }

    [Fact]
    public void One_network_of_another_name_is_the_policy_or_the_player_that_is_named()
    {
        Write("""[{"names": ["0", "2"], "sizes": [3, 8, 1]}]""", [[1, 2, 3]]);
        var options = new DdpgOptions { HiddenWidth = 8, HiddenLayers = 1 };
        GameAgent agent = Ddpg.Agent(3, 1, options, new RandomStream(0)), other = Ddpg.Agent(3, 1, options, new RandomStream(1));
        Assert.Equal(["actor"], AgentNetworks.Read(FilePath, agent));
        StateDict.Read(FilePath, other.Policy);
        Assert.True(agent.Policy.Values.SequenceEqual(other.Policy.Values));
        Assert.Contains("4", Assert.Throws<UserError>(() => StateDict.Read(FilePath, agent.Critic)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_have_the_names_and_shapes_of_state_dicts()
    {
        GameAgent agent = Sac.Agent(3, 2, new SacOptions { HiddenWidth = 5, HiddenLayers = 1, Correction = new() { Residual = true } }, new RandomStream(0));
        AgentNetworks.Write(FilePath, agent, new Dictionary<string, string> { ["made"] = "here" });
        IReadOnlyList<Safetensors.Tensor> tensors = Safetensors.ReadTensors(FilePath);
        string[] critics = ["critic.q1", "critic.q2", "residual.q1", "residual.q2", "target_critic.q1", "target_critic.q2", "target_residual.q1", "target_residual.q2"];
        Assert.Equal(
            [.. critics.Prepend("actor.policy").SelectMany(name => new[] { $"{name}.0.weight", $"{name}.0.bias", $"{name}.2.weight", $"{name}.2.bias" })
                .Append("log_temperature.value").Order(StringComparer.Ordinal)],
            tensors.Select(tensor => tensor.Name));
        Safetensors.Tensor weight = tensors.Single(tensor => tensor.Name == "actor.policy.0.weight");
        Assert.Equal([5, 3], weight.Shape);
        Assert.Equal([5], tensors.Single(tensor => tensor.Name == "actor.policy.0.bias").Shape);
        Assert.Equal([4, 5], tensors.Single(tensor => tensor.Name == "actor.policy.2.weight").Shape);

        // Ours is inputs x outputs: input 1, output 3.
        Assert.Equal(agent.Policy.Leaves[0].Values[(1 * 5) + 3], weight.Values[(3 * 3) + 1]);
        Assert.Equal("here", Safetensors.ReadHeader(FilePath).Metadata["made"]);
    }

    [Fact]
    public void Every_agent_comes_back_whole()
    {
        foreach (Method<AgentTask, IAgent> method in AgentMethods.All.Concat(AgentMethods.Combinations))
        {
            AgentTask task = method.Needs(AgentTask.RealActions(3, 2)) is null ? AgentTask.RealActions(3, 2) : AgentTask.FiniteActions(3, 4);
            IAgent Make(int seed) => method.With([("hidden_width", "6")]).Create(task, new RandomStream(seed));
            (IAgent written, IAgent read) = (Make(1), Make(2));
            int count = written.Networks.Count;
            Assert.True(written.Networks[0].Parameters == written.Policy, method.Name);
            Assert.True(count >= 2, method.Name);

            // A target that has gone another way is no copy of its source.
            var noise = new RandomStream(3);
            foreach (AgentNetwork network in written.Networks)
            {
                foreach (ref float value in network.Parameters.Values)
                {
                    value += (float)noise.Normal();
                }
            }

            AgentNetworks.Write(FilePath, written);
            Assert.Equal(written.Networks.Select(network => network.Parameters.Name), AgentNetworks.Read(FilePath, read));
            for (int i = 0; i < count; i++)
            {
                Assert.True(written.Networks[i].Parameters.Values.SequenceEqual(read.Networks[i].Parameters.Values), $"{method.Name}: {written.Networks[i].Parameters.Name}");
            }
        }
    }

    [Fact]
    public void What_an_agent_learns_is_among_its_networks()
    {
        // All parameters that an agent's state holds, by their count: actor, critic, targets, log alpha.
        GameAgent agent = Sac.Agent(3, 1, new SacOptions { HiddenWidth = 4 }, new RandomStream(0));
        Assert.Equal(["actor", "critic", "target critic", "log temperature"], agent.Networks.Select(network => network.Parameters.Name));
    }

    [Theory]
    [InlineData("""[{"names": ["0", "2"], "sizes": [3, 8, 1]}]""", "F32", "'made.safetensors' is 3 x 8 x 1, and its task has 3 inputs and 2 outputs")]
    [InlineData("""[{"names": ["0", "2"], "sizes": [4, 8, 2]}]""", "F32", "'made.safetensors' is 4 x 8 x 2, and its task has 3 inputs and 2 outputs")]
    [InlineData("""[{"names": ["0"], "sizes": [3, 8]}, {"names": ["2"], "sizes": [7, 2]}]""", "F32", "the layers '0.weight' and '2.weight' of 'made.safetensors' do not follow one another: 8 outputs, then 7 inputs")]
    [InlineData("""[{"names": ["a.0"], "sizes": [3, 2]}, {"names": ["b.0"], "sizes": [3, 2]}]""", "F32", "'made.safetensors' holds the networks 'a', 'b': one must be named")]
    [InlineData("""[{"names": ["mean"], "sizes": [3, 2]}]""", "F32", "'made.safetensors' holds no layer in PyTorch's layout")]
    [InlineData("""[{"names": ["0"], "sizes": [3, 2]}]""", "I32", "the tensor '0.bias' of 'made.safetensors' has numbers of kind I32; F32 and F64 are read")]
    public void What_does_not_fit_is_one_sentence(string spec, string kind, string sentence)
    {
        Write(spec, [[1, 2, 3, 4, 5, 6, 7]], kind);
        UserError error = Assert.Throws<UserError>(() => Policy.LoadStateDict(FilePath, Description(Activation.Relu)));
        Assert.Contains(sentence, error.Message.Replace(_folder.FullPath + Path.DirectorySeparatorChar, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_without_numbers_is_refused()
    {
        Write("""[{"names": ["0", "2"], "sizes": [3, 0, 2]}]""", [[1, 2, 3]]);
        UserError error = Assert.Throws<UserError>(() => Policy.LoadStateDict(FilePath, Description(Activation.Relu)));
        Assert.Contains("has no numbers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_of_other_shapes_is_left_as_it_was()
    {
        // The actor fits, the critic does not.
        Write("""[{"names": ["policy.0", "policy.2"], "sizes": [3, 8, 1]}, {"names": ["q.0", "q.2"], "sizes": [4, 9, 1]}]""", [[1, 2, 3, 4]]);
        GameAgent agent = Ddpg.Agent(3, 1, new DdpgOptions { HiddenWidth = 8, HiddenLayers = 1 }, new RandomStream(0));
        float[] before = agent.Policy.Values.ToArray();
        UserError error = Assert.Throws<UserError>(() => AgentNetworks.Read(FilePath, agent));
        Assert.EndsWith("is 9 x 4; 8 x 4 is expected", error.Message, StringComparison.Ordinal);
        Assert.True(before.AsSpan().SequenceEqual(agent.Policy.Values));
    }

    [Fact]
    public void A_layer_without_a_bias_has_none()
    {
        double[][][] expected = Write("""[{"names": ["0", "2"], "sizes": [3, 8, 2], "bias": false}]""", [[1, 2, 3]]);
        double[] action = new double[2];
        Policy.LoadStateDict(FilePath, Description(Activation.Relu)).Act([1, 2, 3], action);
        Assert.Equal(2 * Math.Tanh(expected[0][0][0]), action[0], 1e-5);
    }

    [Fact]
    public void One_of_several_networks_is_named()
    {
        double[][][] expected = Write("""[{"names": ["a.x.0", "a.x.1"], "sizes": [3, 8, 2]}, {"names": ["b.0", "b.1"], "sizes": [3, 8, 2]}]""", [[1, 2, 3]]);
        double[] action = new double[2];
        foreach ((string name, int i) in new[] { ("a.x", 0), ("b", 1) })
        {
            var policy = Policy.LoadStateDict(FilePath, Description(Activation.Relu), name);
            policy.Save(_folder.PathOf("policy.safetensors"));
            Policy.Load(_folder.PathOf("policy.safetensors")).Act([1, 2, 3], action);
            Assert.Equal(2 * Math.Tanh(expected[i][0][0]), action[0], 1e-5);
        }

        Assert.Contains("'c'", Assert.Throws<UserError>(() => Policy.LoadStateDict(FilePath, Description(Activation.Relu), "c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Gaussian_needs_its_deviations()
    {
        Write("""[{"names": ["0"], "sizes": [3, 2]}]""", [[1, 2, 3]]);
        PolicyDescription gaussian = Description(Activation.Tanh) with { Head = new PolicyHead(PolicyKind.Gaussian, Activation.Tanh) };
        Assert.Contains("log_deviation", Assert.Throws<UserError>(() => Policy.LoadStateDict(FilePath, gaussian)).Message, StringComparison.Ordinal);
        var player = new Parameters<float>("actor");
        _ = new Mlp<float>(player, "policy", [3, 2]);
        player.Add("log_deviation", 1, 2);
        StateDict.Write(FilePath, [player]);
        Assert.Equal(PolicyKind.Gaussian, Policy.LoadStateDict(FilePath, gaussian).Description.Head.Kind);
    }

    private static PolicyDescription Description(Activation activation) =>
        new(new PolicyHead(PolicyKind.Deterministic, activation), Box.Uniform(3, -1, 1), new Box([-2, 0], [2, 1]));

    private static double Critic(GameAgent agent, double[] inputs)
    {
        Input<float> s = new("s", 1, 3), a = new("a", 1, 1), noise = new("noise", 1, 1);
        var builder = new ProgramBuilder<float>();
        Output<float> q = builder.Output(agent.Values(s, a, noise).Single(value => value.Name == "q").Value);
        CompiledProgram program = builder.Build();
        inputs.Take(3).Select(x => (float)x).ToArray().CopyTo(s.Values);
        a.Values[0] = (float)inputs[3];
        program.Run();
        return q.Value;
    }

    // Outputs of each network for each input.
    private double[][][] Write(string spec, double[][] inputs, string kind = "F32")
    {
        string numbers = "[" + string.Join(',', inputs.Select(row => "[" + string.Join(',', row.Select(x => x.ToString("R", CultureInfo.InvariantCulture))) + "]")) + "]";
        using Process node = Process.Start(new ProcessStartInfo("node", ["-e", Writer, FilePath, spec, numbers, kind]) { RedirectStandardOutput = true })!;
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.Equal(0, node.ExitCode);
        return System.Text.Json.JsonSerializer.Deserialize<double[][][]>(output)!;
    }
}
